/**
 * The pages keep their word: each block marked ts is a program that type-checks, runs, and prints what a block marked text right behind it
 * says; each config is valid, each whole proto compiles, each template generates code; each link between the pages leads somewhere.
 */
import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { parseConfigFile } from "../plugin/src/config/yaml.js";
import { generateFrom, requestFor, withFiles } from "../plugin/tests/support.js";

const root = fileURLToPath(new URL("../", import.meta.url));
const docs = readdirSync(join(root, "docs")).filter((name) => name.endsWith(".md"));
const pages = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "templates/README.md", ...docs.map((name) => `docs/${name}`)];

interface Block {
  /** The line of the fence, counted from 1. */
  readonly line: number;
  readonly language: string;
  readonly text: string;
  /** What a block marked text says, if one is right behind. */
  readonly output: string | undefined;
}

const fenced = /^```([^`\n]*)\n(.*?)^```$/gms;
/** What a block may be. Another language, or none, would be an example that nobody runs. */
const languages = ["ts", "text", "js", "yaml", "proto", "sh", "handlebars", "ini"];

function blocksOf(markdown: string): Block[] {
  return [...markdown.matchAll(fenced)].map(({ index, 0: whole, 1: language = "", 2: text = "" }) => {
    const [, output] = /\s*\n```text\n(.*?)^```$/msy.exec(markdown.slice(index + whole.length)) ?? [];
    return { line: markdown.slice(0, index).split("\n").length, language, text, output };
  });
}

/** A block, and where it stands. */
interface Example extends Block {
  readonly place: string;
  readonly page: string;
  /** A file for it. */
  readonly name: string;
}

function examplesOf(language: string): Example[] {
  return pages.flatMap((page) =>
    blocksOf(read(page))
      .filter((block) => block.language === language)
      .map((block) => ({ ...block, page, place: `${page}:${block.line}`, name: `${page.replaceAll(/\W/g, "-")}-${block.line}.ts` })),
  );
}

const examples = examplesOf("ts");

describe("examples", () => {
  const folder = mkdtempSync(join(tmpdir(), "protobridge-docs-"));
  const compilerOptions = {
    noEmit: true,
    target: "es2024",
    module: "nodenext",
    lib: ["es2024", "esnext.disposable", "dom"],
    types: ["node"],
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    noImplicitOverride: true,
    verbatimModuleSyntax: true,
  };
  writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }));
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["*.ts"] }));
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"), "dir");
  symlinkSync(join(root, "fixtures/gen"), join(folder, "gen"), "dir");
  // Empty lines in front, so that an error names the line of the page.
  for (const { name, line, text } of examples) writeFileSync(join(folder, name), "\n".repeat(line) + text);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("type-check", { timeout: 60_000 }, async () => {
    const { code, stdout } = await node(folder, "node_modules/typescript/bin/tsc", "--pretty", "false");
    const errors = examples.reduce((text, { name, page }) => text.replaceAll(`${name}(`, `${page}(`), stdout);
    expect({ code, errors }).toEqual({ code: 0, errors: "" });
  });

  // A program that runs until it is told to end: production.test.ts starts it.
  const [, ending] = partition(examples, ({ text }) => text.startsWith("// main.ts\n"));

  it.concurrent.each(ending)("$place", { timeout: 30_000 }, async ({ name, output }) => {
    const ran = await node(folder, "--import", "tsx", name);
    expect(ran).toEqual({ code: 0, stderr: "", stdout: output ?? ran.stdout });
  });
});

describe("yaml", () => {
  const [configs, others] = partition(examplesOf("yaml"), ({ text }) => text.startsWith("# bridge.yaml\n"));

  it("is there", () => {
    expect(configs.length).toBeGreaterThan(5);
    expect(others.length).toBeGreaterThan(3);
  });

  it.each(configs)("$place is a valid config", ({ text }) => {
    const { config } = parseConfigFile("bridge.yaml", text);
    expect(Object.values(config).some((section) => typeof section === "object" && Object.keys(section).length > 0)).toBe(true);
  });

  // What is deployed, production.test.ts looks at.
  const [, buf] = partition(others, ({ text }) => text.startsWith("# deployment.yaml\n"));

  it.each(buf)("$place is a file of buf", ({ text }) => {
    expect(parse(text)).toMatchObject({ version: "v2" });
  });
});

describe("proto", () => {
  // The others are pieces of a file, which begin with what matters.
  const [files] = partition(examplesOf("proto"), ({ text }) => text.startsWith("syntax ="));

  it("is there", () => expect(files.length).toBeGreaterThan(0));

  it.each(files)("$place compiles, and gives code", { timeout: 30_000 }, ({ text }) => {
    const schema = read("plugin/proto/protobridge/v1/config.proto");
    const generated = withFiles({ "example.proto": text, "protobridge/v1/config.proto": schema }, (directory) => generateFrom(requestFor(directory, "")));
    expect([...generated.keys()]).toEqual(["example_bridge.js", "example_bridge.d.ts"]);
  });
});

describe("templates", () => {
  const templates = examplesOf("handlebars").map(({ text, page }) => ({ text, page, file: /\{\{! (\S+\.hbs)/.exec(text)?.[1] ?? "" }));

  it("generate what the page says", { timeout: 30_000 }, () => {
    expect(templates.map(({ page, file }) => `${page} ${file}`)).toEqual(["templates/README.md file.hbs", "templates/README.md _companions.hbs"]);
    const proto = 'syntax = "proto3"; message Job { string id = 1; } message JobReply {}';
    withFiles({ "proto/jobs.proto": proto, ...Object.fromEntries(templates.map(({ file, text }) => [`templates/${file}`, text])) }, (directory) => {
      const request = requestFor(join(directory, "proto"), `target=ts,templates=${join(directory, "templates")}`);
      const [said] = examplesOf("js").filter(({ page }) => page === "templates/README.md");
      expect(generateFrom(request).get("jobs_bridge.ts")).toContain(said?.text);
    });
  });
});

it.each(pages)("%s marks its blocks", (page) => {
  expect(blocksOf(read(page)).filter(({ language }) => !languages.includes(language))).toEqual([]);
});

describe("links", () => {
  it.each(pages)("%s", (page) => {
    const links = [
      ...read(page)
        .replaceAll(fenced, "")
        .matchAll(/\]\(([^)\s]+)\)/g),
    ].map(([, target = ""]) => target);
    const dead = links.filter((link) => {
      if (/^[a-z]+:/.test(link)) return false;
      const [path = "", anchor] = link.split("#");
      const target = path === "" ? page : join(dirname(page), path);
      return !existsSync(join(root, target)) || (anchor !== undefined && !anchorsOf(read(target)).includes(anchor));
    });
    expect(dead).toEqual([]);
  });
});

/** What passes a test, and the rest. */
function partition<T>(items: readonly T[], passes: (item: T) => boolean): [T[], T[]] {
  return [items.filter(passes), items.filter((item) => !passes(item))];
}

/** The anchors that GitHub gives the headings of a page. */
function anchorsOf(markdown: string): string[] {
  const headings = markdown.replaceAll(fenced, "").matchAll(/^#+ (.*)$/gm);
  return [...headings].map(([, text = ""]) =>
    text
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

function read(page: string): string {
  return readFileSync(join(root, page), "utf8");
}

/** Runs node. The environment is bare, so that nothing colours the output or adds to it. */
function node(cwd: string, ...args: string[]): Promise<{ code: number | string | null; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd, env: { PATH: process.env["PATH"] }, timeout: 20_000 }, (error, stdout, stderr) => {
      resolve({ code: error?.killed ? "stopped after 20 s" : (error?.code ?? (error ? "ended by a signal" : 0)), stdout, stderr });
    });
  });
}
