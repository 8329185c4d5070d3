import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const source = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  resolve: {
    // Tests run on the sources, so that a stack trace and a changed line are where one edits.
    alias: [
      { find: /^@protobridge\/runtime$/, replacement: source("runtime/src/index.ts") },
      { find: /^@protobridge\/runtime\/codegen-0\.1$/, replacement: source("runtime/src/codegen-0.1.ts") },
      { find: /^@protobridge\/runtime\/wkt$/, replacement: source("runtime/src/wkt.ts") },
      { find: /^@protobridge\/runtime\/auth$/, replacement: source("runtime/src/auth/index.ts") },
      { find: /^@protobridge\/runtime\/logging$/, replacement: source("runtime/src/logging/index.ts") },
      { find: /^@protobridge\/runtime\/memory$/, replacement: source("runtime/src/transports/memory.ts") },
      { find: /^@protobridge\/runtime\/grpc$/, replacement: source("runtime/src/transports/grpc/index.ts") },
      { find: /^@protobridge\/runtime\/otel$/, replacement: source("runtime/src/otel/index.ts") },
      { find: /^@protobridge\/runtime\/connect$/, replacement: source("runtime/src/transports/connect/index.ts") },
    ],
  },
  test: {
    include: ["{runtime,plugin,fixtures,demo,docs,bench}/**/*.test.ts"],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // One worker for each core, of which a test that runs a compiler or buf leaves one idle; by default there is one fewer.
    maxWorkers: "100%",
    // A worker loads the sources and their libraries once, not again for each file: tests leave nothing behind in globals.
    isolate: false,
    // Tests wait for what happens, not for a time: on a busy machine that can take long.
    expect: { poll: { timeout: 10_000 } },
  },
});
