/** Protos in any number, as large systems have them: commented, in packages, importing one another. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

const filesPerPackage = 20;
const messagesPerFile = 20;
const servicesPerFile = 3;
const methodsPerService = 4;

/** Writes so many proto files under a directory: each with 20 messages and 3 services, most with an import. */
export function writeProtos(directory: string, count: number): void {
  for (let number = 0; number < count; number++) {
    const path = join(directory, protoPath(number));
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, protoText(number));
  }
}

function packageName(file: number): string {
  return `area${Math.floor(file / filesPerPackage)}.v1`;
}

function protoPath(file: number): string {
  return `${packageName(file).replaceAll(".", "/")}/part${file}.proto`;
}

/** The file that this one imports, if any: its neighbour in the package, or, now and then, one of another package. */
function importOf(file: number): number | undefined {
  if (file % 10 === 9) return Math.floor(file / 2);
  return file % filesPerPackage === 0 ? undefined : file - 1;
}

function protoText(file: number): string {
  const imported = importOf(file);
  const messages = Array.from({ length: messagesPerFile }, (_, i) => messageText(file, i, imported));
  const services = Array.from({ length: servicesPerFile }, (_, i) => serviceText(file, i));
  return [
    'syntax = "proto3";',
    `package ${packageName(file)};`,
    'import "google/protobuf/timestamp.proto";',
    ...(imported === undefined ? [] : [`import "${protoPath(imported)}";`]),
    `// How far the work of part ${file} has come.\nenum Phase${file} {\n  PHASE${file}_UNSPECIFIED = 0;\n  PHASE${file}_RUNNING = 1;\n  PHASE${file}_DONE = 2;\n}`,
    ...messages,
    ...services,
    "",
  ].join("\n\n");
}

function messageText(file: number, number: number, imported: number | undefined): string {
  const name = `Record${file}x${number}`;
  const next = `Record${file}x${(number + 1) % messagesPerFile}`;
  const other = imported === undefined ? "google.protobuf.Timestamp" : `${packageName(imported)}.Record${imported}x${number}`;
  const fields = [
    ["What the record is known by in all other parts.", "string id = 1;"],
    ["How often it was changed.\nNever goes down.", "int64 revision = 2;"],
    ["Whether it may still change.", "bool open = 3;"],
    ["Its weight among its neighbours, between 0 and 1.", "double weight = 4;"],
    ["The content, as it came.", "bytes content = 5;"],
    ["What it is found under.", "repeated string labels = 6;"],
    ["How often each reader has read it.", "map<string, int32> reads = 7;"],
    ["What comes after it.", `${next} next = 8;`],
    ["How far it has come.", `Phase${file} phase = 9;`],
    ["What it was made from.", `${other} origin = 10;`],
    ["Where it lies, if it lies anywhere.", "optional Place place = 11;"],
  ] as const;
  const body = fields.map(([comment, declaration]) => `${commented(comment, "  ")}\n  ${declaration}`);
  const place =
    "  // A place.\n  message Place {\n    // The row, counted from 0.\n    uint32 row = 1;\n    // The column, counted from 0.\n    uint32 column = 2;\n  }";
  return `${commented(`Record ${number} of part ${file}.\nOne of many.`, "")}\nmessage ${name} {\n${[...body, place].join("\n")}\n}`;
}

function serviceText(file: number, number: number): string {
  const methods = Array.from({ length: methodsPerService }, (_, i) => {
    const input = `Record${file}x${(number * methodsPerService + i) % messagesPerFile}`;
    const output = `Record${file}x${(number * methodsPerService + i + 5) % messagesPerFile}`;
    return `  // Does step ${i}, and tells what came of it.\n  rpc Step${i}(${input}) returns (${i % 2 === 1 ? "stream " : ""}${output});`;
  });
  return `// The service ${number} of part ${file}.\nservice Desk${file}x${number} {\n${methods.join("\n")}\n}`;
}

function commented(text: string, indentation: string): string {
  return text
    .split("\n")
    .map((line) => `${indentation}// ${line}`)
    .join("\n");
}
