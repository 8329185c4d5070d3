import type { DescFile } from "@bufbuild/protobuf";
import type { SourceCodeInfo_Location } from "@bufbuild/protobuf/wkt";

/** The comments of one element. */
export interface Comments {
  readonly leading: string | undefined;
  readonly trailing: string | undefined;
}

/** What a descriptor's field of each number lists, in google/protobuf/descriptor.proto: the way from a file to an element. */
const lists: { readonly [typeName: string]: { readonly [number: number]: string } } = {
  "google.protobuf.FileDescriptorProto": { 4: "messageType", 5: "enumType", 6: "service" },
  "google.protobuf.DescriptorProto": { 2: "field", 3: "nestedType", 4: "enumType", 8: "oneofDecl" },
  "google.protobuf.EnumDescriptorProto": { 2: "value" },
  "google.protobuf.ServiceDescriptorProto": { 2: "method" },
};

type Element = { readonly $typeName: string; readonly [list: string]: unknown };

/**
 * The comments in a file, by the proto of the element's descriptor (`desc.proto`). protoplugin's `getComments` would search all places
 * of the file for each.
 */
export function commentsIn(file: DescFile): ReadonlyMap<object, Comments> {
  const comments = new Map<object, Comments>();
  for (const location of file.proto.sourceCodeInfo?.location ?? []) {
    const element = elementAt(file.proto as unknown as Element, location.path);
    if (element && !comments.has(element)) comments.set(element, commentsOf(location));
  }
  return comments;
}

function elementAt(file: Element, path: readonly number[]): Element | undefined {
  let element: Element | undefined = file;
  for (let i = 0; element && i < path.length; i += 2) {
    const list: string | undefined = lists[element.$typeName]?.[path[i] as number];
    element = list === undefined ? undefined : (element[list] as readonly Element[])[path[i + 1] as number];
  }
  return element;
}

function commentsOf(location: SourceCodeInfo_Location): Comments {
  // Descriptors are proto2: what was not sent stands on the prototype, and an empty comment is a comment.
  const sent = (field: "leadingComments" | "trailingComments"): string | undefined => (Object.hasOwn(location, field) ? location[field] : undefined);
  return { leading: sent("leadingComments"), trailing: sent("trailingComments") };
}
