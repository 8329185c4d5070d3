import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { expect, it } from "vitest";

const runtime = fileURLToPath(new URL("../../", import.meta.url));
const bundle = async (entry: string, platform: "browser" | "node") => {
  const { metafile, errors } = await build({ entryPoints: [`${runtime}${entry}`], bundle: true, format: "esm", platform, write: false, metafile: true });
  expect(errors).toEqual([]);
  return Object.keys(metafile.inputs);
};

it.each(["transports/connect/index.ts", "auth/index.ts"])("%s needs no built-in of Node: it is bundled for a browser", async (entry) => {
  const inputs = await bundle(entry, "browser");
  expect(inputs.filter((input) => input.includes("grpc-js") || input.includes("transports/grpc"))).toEqual([]);
});

it.each(["index.ts", "codegen-0.1.ts", "wkt.ts", "auth/index.ts", "transports/memory.ts", "transports/grpc/index.ts"])(
  "is all that loads Connect: %s does not",
  async (entry) => {
    expect((await bundle(entry, "node")).filter((input) => input.includes("@connectrpc"))).toEqual([]);
  },
);
