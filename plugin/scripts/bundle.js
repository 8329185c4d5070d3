// Bundles each command into one CommonJS file: it starts in a fraction of the time that Node takes to load its modules one by one.
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

const dist = fileURLToPath(new URL("../dist", import.meta.url));

await build({
  entryPoints: { "protoc-gen-bridge": `${dist}/main.js`, protobridge: `${dist}/command/main.js` },
  outdir: dist,
  outExtension: { ".js": ".cjs" },
  bundle: true,
  platform: "node",
  // jsonc-parser's main file loads its parts in a way that no bundler follows.
  mainFields: ["module", "main"],
  format: "cjs",
  target: "node20.19",
  legalComments: "inline",
  // TypeScript is loaded by `protobridge sync` alone.
  external: ["ts-morph"],
  logLevel: "warning",
  define: { "import.meta.url": "importMetaUrl" },
  banner: { js: 'const importMetaUrl = require("node:url").pathToFileURL(__filename).href;' },
  plugins: [withoutTypeScript],
});
