import { defineConfig } from "vitest/config";
import base from "./vitest.config.js";

export default defineConfig({
  resolve: base.resolve ?? {},
  test: {
    include: ["interop/**/*.test.ts"],
    globalSetup: "interop/setup.ts",
    // Most of the time goes by in other processes.
    maxWorkers: 4,
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});
