import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { CommandError } from "../command.js";
import { isDirectory, shown } from "../files.js";

/** Where protos are looked for, in this order. */
const places = ["proto", "protos", "."];

/** The directory of the protos of a project, from its root. @throws CommandError if there are none */
export function findProtos(project: string): string {
  const found = places.find((place) => hasProto(join(project, place)));
  if (found !== undefined) return found;
  const at = (place: string): string => `${shown(join(project, place))}/`;
  throw new CommandError(`there is no .proto file in ${at("proto")}, in ${at("protos")} or elsewhere in ${shown(project)}: put the protos into ${at("proto")}`);
}

/** Whether a module of buf lies in a directory by itself. */
export function isModule(directory: string): boolean {
  return existsSync(join(directory, "buf.yaml"));
}

function hasProto(directory: string): boolean {
  if (!isDirectory(directory)) return false;
  const entries = readdirSync(directory, { withFileTypes: true });
  if (entries.some((entry) => entry.isFile() && entry.name.endsWith(".proto"))) return true;
  return entries.some((entry) => entry.isDirectory() && !entry.name.startsWith(".") && entry.name !== "node_modules" && hasProto(join(directory, entry.name)));
}
