/** How generated code imports, by the tsconfig.json of the project. */
import { describe, expect, it } from "vitest";
import { bufGen, protos, withProject } from "./init-support.js";

describe("import_extension", () => {
  const base = {
    "base.json": '{ "compilerOptions": { "module": "nodenext" } }',
    "node_modules/@tsconfig/x/tsconfig.json": '{ "compilerOptions": { "moduleResolution": "bundler" } }',
  };
  it.each<[tsconfig: string, extension: string, reason: string]>([
    ["{}", "js", "as Node.js resolves imports"],
    ['{ "compilerOptions": { "module": "NodeNext" } }', "js", "as Node.js resolves imports"],
    ['{ "compilerOptions": { "module": "esnext", "moduleResolution": "Bundler" } }', "none", "tsconfig.json resolves imports as a bundler does"],
    ['{ "compilerOptions": { "module": "preserve" } }', "none", "tsconfig.json resolves imports as a bundler does"],
    ['{ "compilerOptions": { "moduleResolution": "bundler", "allowImportingTsExtensions": true } }', "ts", "tsconfig.json has allowImportingTsExtensions"],
    ['{ "compilerOptions": { "rewriteRelativeImportExtensions": true } }', "ts", "tsconfig.json has rewriteRelativeImportExtensions"],
    [
      '// of mine\n{ "extends": "./base", "compilerOptions": { "moduleResolution": "bundler", /* so */ }, }',
      "none",
      "tsconfig.json resolves imports as a bundler does",
    ],
    ['{ "extends": ["@tsconfig/x/tsconfig.json", "./base.json"] }', "none", "tsconfig.json resolves imports as a bundler does"],
    ['{ "extends": "@tsconfig/x" }', "none", "tsconfig.json resolves imports as a bundler does"],
    ['{ "extends": "@tsconfig/not-installed" }', "js", "as Node.js resolves imports"],
    ['{ "extends": "./tsconfig.json" }', "js", "as Node.js resolves imports"],
    ['{ "files": [], "references": [{ "path": "./tsconfig.app.json" }] }', "none", "tsconfig.json resolves imports as a bundler does"],
    ['{ "compilerOptions": ', "js", "as Node.js resolves imports"],
  ])("for %s", (tsconfig, extension, reason) => {
    const app = { "tsconfig.app.json": '{ "compilerOptions": { "moduleResolution": "bundler" } }' };
    withProject({ ...protos, ...base, ...app, "tsconfig.json": tsconfig }, ({ init, read }) => {
      expect(init().stdout).toContain(` into src/gen, import_extension=${extension}: ${reason}\n`);
      expect(read("buf.gen.yaml")).toBe(bufGen(`target=ts, import_extension=${extension}`, `target=ts, import_extension=${extension}`));
    });
  });

  it("comes with JavaScript of protoc-gen-es where enums of TypeScript cannot be erased", () => {
    withProject({ ...protos, "tsconfig.json": '{ "compilerOptions": { "erasableSyntaxOnly": true, "module": "nodenext" } }' }, ({ init, read }) => {
      init();
      expect(read("buf.gen.yaml")).toBe(bufGen("target=js+dts, import_extension=js", "target=ts, import_extension=js"));
    });
  });
});
