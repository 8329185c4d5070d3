// Bundles dist/main.js into one CommonJS file: it starts in a fraction of the time that Node takes to load its modules one by one.
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

/** protoplugin loads TypeScript for a transpiler that is not used: src/transpile.ts loads it when it is needed. */
const withoutTypeScript = {
  name: "without-typescript",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(typescript|@typescript\/vfs)$/ }, ({ path }) => ({ path, namespace: "none" }));
    onLoad({ filter: /.*/, namespace: "none" }, () => ({ contents: "module.exports = {};" }));
  },
};

await build({
  entryPoints: [fileURLToPath(new URL("../dist/main.js", import.meta.url))],
  outfile: fileURLToPath(new URL("../dist/protoc-gen-bridge.cjs", import.meta.url)),
  bundle: true,
  platform: "node",
  format: "cjs",
  target: "node20.19",
  legalComments: "inline",
  logLevel: "warning",
  define: { "import.meta.url": "importMetaUrl" },
  banner: { js: 'const importMetaUrl = require("node:url").pathToFileURL(__filename).href;' },
  plugins: [withoutTypeScript],
});
