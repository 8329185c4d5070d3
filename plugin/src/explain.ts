import type { FieldModel, MessageModel } from "./model/message.js";
import type { FileModel, Model } from "./model/model.js";

const width = 80;
/** What was understood of each file, and why, as text of at most 80 columns where names allow. */
export function explain(model: Model): string {
  return model.files.map(explainFile).join("\n");
}

function explainFile(file: FileModel): string {
  const local = (typeName: string): string =>
    file.package !== "" && typeName.startsWith(`${file.package}.`) ? typeName.slice(file.package.length + 1) : typeName;
  const counts = [count(file.services.length, "service"), count(file.messages.length, "message"), count(file.enums.length, "enum")].filter(
    (text) => text !== "",
  );
  const lines = [`${file.path} (${file.package === "" ? "no package" : `package ${file.package}`}, ${file.syntax}): ${counts.join(", ")}`];
  for (const service of file.services) {
    lines.push(`  service ${local(service.typeName)}`);
    const longest = Math.max(...service.methods.map(({ name }) => name.length));
    for (const { name, input, output, streamsRequests, streamsResponses } of service.methods) {
      const from = `${streamsRequests ? "stream " : ""}${local(input.typeName)}`;
      const to = `${streamsResponses ? "stream " : ""}${local(output.typeName)}`;
      lines.push(...wrap(`${name.padEnd(longest)}  ${from} -> ${to}`, "    ", "      "));
    }
  }
  for (const message of file.messages) lines.push(...explainMessage(message, local));
  return `${lines.join("\n")}\n`;
}

function explainMessage(message: MessageModel, local: (typeName: string) => string): string[] {
  const name = local(message.typeName);
  const lines = message.reason ? wrap(`${message.value ? "value" : "message"} ${name}: ${message.reason.because}`, "  ", "    ") : [];
  const fields = message.properties.flatMap((property): readonly FieldModel[] => (property.role === "oneof" ? property.cases : [property]));
  for (const { type, reason, name: property } of fields) {
    if (reason) lines.push(...wrap(`${type.role === "json" ? "JSON" : "text"} ${name}.${property}: ${reason.because}`, "  ", "    "));
  }
  return lines;
}

function count(number: number, noun: string): string {
  return number === 0 ? "" : `${number} ${noun}${number === 1 ? "" : "s"}`;
}

/** Breaks a line at spaces, so that it fits. */
function wrap(text: string, first: string, rest: string): string[] {
  const lines: string[] = [];
  let line = first;
  for (const word of text.split(/(?<=\S) (?=\S)/)) {
    if (line.trim() !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = rest;
    }
    line += line.trim() === "" ? word : ` ${word}`;
  }
  return [...lines, line];
}
