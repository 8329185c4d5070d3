import type { DescField, DescMessage } from "@bufbuild/protobuf";

/**
 * The fields of a path such as `error.code`, from a message on; undefined if there is no such path. All but the last are messages, none
 * is repeated or in a oneof.
 */
export function fieldPath(desc: DescMessage, path: string): readonly DescField[] | undefined {
  const fields: DescField[] = [];
  let at: DescMessage | undefined = desc;
  for (const name of path.split(".")) {
    const field: DescField | undefined = at?.fields.find((candidate) => candidate.name === name);
    if (!field || field.oneof) return undefined;
    fields.push(field);
    at = field.fieldKind === "message" ? field.message : undefined;
  }
  return fields;
}
