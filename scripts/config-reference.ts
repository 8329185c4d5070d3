/** Writes the reference of the config, docs/config-reference.md, from the comments of its schema. With a path, writes it there. */
import { writeFileSync } from "node:fs";
import type { DescEnum, DescField, DescMessage } from "@bufbuild/protobuf";
import { nestedTypes } from "@bufbuild/protobuf/reflect";
import { comment, path, readConfigProto } from "./config-proto.js";

function local(typeName: string): string {
  return typeName.replace("protobridge.v1.", "");
}

function anchor(typeName: string): string {
  return `[${local(typeName)}](#${local(typeName).toLowerCase().replaceAll(".", "")})`;
}

function typeOf(field: DescField): string {
  const element = field.message ? anchor(field.message.typeName) : field.enum ? anchor(field.enum.typeName) : field.scalar === 8 ? "true or false" : "text";
  if (field.fieldKind === "map") return `map of ${element}`;
  return field.fieldKind === "list" ? `list of ${element}` : element;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const all = [head, ...rows];
  const widths = head.map((_, i) => Math.max(...all.map((row) => row[i]?.length ?? 0)));
  const line = (cells: readonly string[]): string => `| ${cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(" | ")} |`;
  return [line(head), `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`, ...rows.map(line), ""];
}

function section(type: DescMessage | DescEnum): string[] {
  const lines = [`## ${local(type.typeName)}`, "", comment(type), ""];
  if (type.kind === "message") {
    const rows = type.fields.map((field) => [`\`${field.name}\``, typeOf(field), comment(field)]);
    return [...lines, ...table(["", "", ""], rows)];
  }
  // Nobody writes what is not said.
  const values = type.values.filter(({ name }) => name !== "UNSPECIFIED");
  return [
    ...lines,
    ...table(
      ["", ""],
      values.map((value) => [`\`${value.name}\``, comment(value)]),
    ),
  ];
}

const types = [...nestedTypes(readConfigProto())].filter((type): type is DescMessage | DescEnum => type.kind === "message" || type.kind === "enum");
const text = [
  "# Config reference",
  "",
  `This page is made from the comments of [\`${path}\`](../plugin/proto/${path}) by \`npm run generate\`. How a config is used is told in`,
  "[Config](config.md).",
  "",
  ...types.flatMap(section),
].join("\n");
writeFileSync(process.argv[2] ?? new URL("../docs/config-reference.md", import.meta.url), `${text.trimEnd()}\n`);
