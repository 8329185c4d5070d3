import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import type { FileInfo } from "@bufbuild/protoplugin";

/** Typed by a TypeScript that is near the one that protoplugin brings: what is used here is the same in both. */
type TypeScript = typeof import("typescript-oldest");
type SourceFile = import("typescript-oldest").SourceFile;

/**
 * TypeScript as protoplugin has it. The one that a project has installed itself may be of any version, and from 7 on it has no such API
 * and no library files: protoplugin's own way would look for them there.
 */
function loadTypeScript(): { ts: TypeScript; libraries: string } {
  const require = createRequire(createRequire(import.meta.url).resolve("@bufbuild/protoplugin"));
  return { ts: require("typescript") as TypeScript, libraries: dirname(require.resolve("typescript")) };
}

/** Makes JavaScript and declarations from the TypeScript that was generated. */
export function transpile(files: FileInfo[], js: boolean, dts: boolean, importStyle: "module" | "legacy_commonjs"): FileInfo[] {
  const { ts, libraries } = loadTypeScript();
  return [...(js ? files.map((file) => toJavaScript(ts, file, importStyle)) : []), ...(dts ? toDeclarations(ts, libraries, files) : [])];
}

function toJavaScript(ts: TypeScript, { name, content, preamble }: FileInfo, importStyle: "module" | "legacy_commonjs"): FileInfo {
  const { outputText } = ts.transpileModule(content, {
    fileName: name,
    compilerOptions: {
      target: ts.ScriptTarget.ES2022,
      module: importStyle === "module" ? ts.ModuleKind.ES2022 : ts.ModuleKind.CommonJS,
      newLine: ts.NewLineKind.LineFeed,
    },
  });
  return { name: name.replace(/\.ts$/, ".js"), content: outputText, preamble };
}

/** What TypeScript knows of the language, by path: read once, however many parts a response has. */
const librarySources = new Map<string, SourceFile>();

function librarySource(ts: TypeScript, path: string, version: Parameters<TypeScript["createSourceFile"]>[2]): SourceFile {
  let source = librarySources.get(path);
  if (!source) {
    source = ts.createSourceFile(path, readFileSync(path, "utf8"), version);
    librarySources.set(path, source);
  }
  return source;
}

function toDeclarations(ts: TypeScript, libraries: string, files: FileInfo[]): FileInfo[] {
  const options = {
    declaration: true,
    emitDeclarationOnly: true,
    noResolve: true,
    target: ts.ScriptTarget.ES2022,
    lib: ["lib.es2022.d.ts"],
    newLine: ts.NewLineKind.LineFeed,
  };
  const byName = new Map(files.map((file) => [file.name, file]));
  const host = ts.createCompilerHost(options);
  host.getCurrentDirectory = () => "";
  host.getDefaultLibLocation = () => libraries;
  host.fileExists = (name) => byName.has(name);
  host.readFile = (name) => byName.get(name)?.content;
  host.getSourceFile = (name, version) => {
    const text = byName.get(name)?.content;
    return text === undefined ? librarySource(ts, join(libraries, basename(name)), version) : ts.createSourceFile(name, text, version);
  };
  const program = ts.createProgram({ rootNames: [...byName.keys()], options, host });
  const results: FileInfo[] = [];
  const { emitSkipped, diagnostics } = program.emit(undefined, (name, content) => {
    results.push({ name, content, preamble: byName.get(name.replace(/\.d\.ts$/, ".ts"))?.preamble });
  });
  if (emitSkipped) {
    const first = diagnostics.slice(0, 3).map(({ file, messageText }) => `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`);
    throw new Error(`no declarations could be made of what was generated:\n${first.join("\n")}`);
  }
  return results;
}
