import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { expect, it } from "vitest";

const runtime = fileURLToPath(new URL("../", import.meta.url));

async function inputsOf(entry: string, platform: "browser" | "node"): Promise<string[]> {
  const { metafile, errors } = await build({ entryPoints: [`${runtime}${entry}`], bundle: true, format: "esm", platform, write: false, metafile: true });
  expect(errors).toEqual([]);
  return Object.keys(metafile.inputs);
}

it("needs no built-in of Node, no transport and no SDK", async () => {
  const inputs = await inputsOf("otel/index.ts", "browser");
  expect(inputs.filter((input) => input.includes("@opentelemetry/") && !input.includes("@opentelemetry/api/"))).toEqual([]);
  expect(inputs.filter((input) => input.includes("@opentelemetry/api/"))).not.toEqual([]);
  expect(inputs.filter((input) => input.includes("grpc-js") || input.includes("transports/"))).toEqual([]);
});

it.each(["index.ts", "codegen-0.1.ts", "wkt.ts", "transports/memory.ts", "transports/grpc/index.ts", "transports/connect/index.ts"])(
  "is all that loads OpenTelemetry: %s does not",
  async (entry) => {
    expect((await inputsOf(entry, "node")).filter((input) => input.includes("@opentelemetry") || input.includes("/otel/"))).toEqual([]);
  },
);
