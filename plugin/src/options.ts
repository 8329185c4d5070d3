/** How a face shows an int64, uint64, sint64, fixed64 or sfixed64. */
export type Int64 = "bigint" | "number" | "string";

/** What the companions of messages are made for: code of their own for each, or little code, which goes by the descriptor. */
export type OptimizeFor = "speed" | "code_size";

/** The plugin's own options; protoplugin's come beside them. */
export interface Options {
  readonly int64: Int64;
  readonly optimizeFor: OptimizeFor;
  /** The path of a config, from where buf or protoc runs. */
  readonly config: string | undefined;
  /** The path of a directory with templates of the user's own. */
  readonly templates: string | undefined;
}

interface OptionInfo {
  readonly name: string;
  /** Or what stands for any value. */
  readonly values: readonly string[];
  readonly about: string;
}

/** Every option, for the docs, the help and the error for an unknown one. The first value is the default. */
export const optionInfos: readonly OptionInfo[] = [
  { name: "int64", values: ["bigint", "number", "string"], about: "64-bit integers in faces; number throws past 2^53" },
  { name: "optimize_for", values: ["speed", "code_size"], about: "companions: code of their own, or descriptors" },
  { name: "config", values: ["FILE"], about: "what the descriptors do not tell, in YAML" },
  { name: "templates", values: ["DIRECTORY"], about: "templates of your own, by the file names of ours" },
  { name: "target", values: ["js+dts", "ts", "js", "dts"], about: "what to generate" },
  { name: "import_extension", values: ["none", "js", "ts"], about: "the extension of relative imports" },
  { name: "js_import_style", values: ["module", "legacy_commonjs"], about: "import or require()" },
  { name: "ts_nocheck", values: ["false", "true"], about: "whether files begin with // @ts-nocheck" },
  { name: "keep_empty_files", values: ["false", "true"], about: "whether protos without content give files" },
  { name: "elide_plugin_version", values: ["false", "true"], about: "whether the preamble leaves out the plugin's version" },
];

/**
 * Reads the options that protoplugin does not know.
 *
 * @throws Error that lists the known options, or an option's values
 */
export function parseOptions(raw: readonly { readonly key: string; readonly value: string }[]): Options {
  let int64: Int64 = "bigint";
  let optimizeFor: OptimizeFor = "speed";
  let config: string | undefined;
  let templates: string | undefined;
  for (const { key, value } of raw) {
    switch (key) {
      case "int64":
        if (value !== "bigint" && value !== "number" && value !== "string") throw new Error(`int64 is bigint, number or string, not "${value}"`);
        int64 = value;
        break;
      case "optimize_for":
        if (value !== "speed" && value !== "code_size") throw new Error(`optimize_for is speed or code_size, not "${value}"`);
        optimizeFor = value;
        break;
      case "config":
        if (value === "") throw new Error("config= is the path of a file, such as bridge.yaml");
        config = value;
        break;
      case "templates":
        if (value === "") throw new Error("templates= is the path of a directory");
        templates = value;
        break;
      default:
        throw new Error(`there is no such option; there are ${optionInfos.map(({ name, values }) => `${name}=${values.join("|")}`).join(", ")}`);
    }
  }
  return { int64, optimizeFor, config, templates };
}

/** What `protoc-gen-bridge --help` prints. */
export function help(version: string): string {
  const rows = optionInfos.map(({ name, values, about }) => `  ${`${name}=${values.join("|")}`.padEnd(43)} ${about}`);
  return `protoc-gen-bridge ${version}

A protoc plugin: generates servicers, clients and codecs in TypeScript, beside
the output of protoc-gen-es. buf and protoc start it, with a request on standard
input. In buf.gen.yaml:

  version: v2
  plugins:
    - local: protoc-gen-es
      out: src/gen
      opt: [target=ts, import_extension=js]
    - local: protoc-gen-bridge
      out: src/gen
      opt: [target=ts, import_extension=js]

Options (opt:), each with its default first:

${rows.join("\n")}

--version prints name and version, --help prints this. Exit code 0 if it could
generate, 1 if not, with the reason on standard error.
`;
}
