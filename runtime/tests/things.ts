/** A message with a `google.protobuf.Any` in every place where one can stand, and sidecars. */
import { create, createFileRegistry, type DescMessage } from "@bufbuild/protobuf";
import {
  type DescriptorProto,
  DescriptorProtoSchema,
  type FieldDescriptorProto,
  FieldDescriptorProtoSchema,
  FileDescriptorProtoSchema,
  file_google_protobuf_any,
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as Type,
} from "@bufbuild/protobuf/wkt";

interface FieldInit {
  type?: Type;
  typeName?: string;
  repeated?: boolean;
  oneof?: number;
  optional?: boolean;
}

function field(
  name: string,
  number: number,
  { type = Type.MESSAGE, typeName = "", repeated = false, oneof, optional = false }: FieldInit,
): FieldDescriptorProto {
  return create(FieldDescriptorProtoSchema, {
    name,
    number,
    type,
    label: repeated ? Label.REPEATED : Label.OPTIONAL,
    ...(typeName === "" ? {} : { typeName }),
    ...(oneof === undefined ? {} : { oneofIndex: oneof }),
    ...(optional ? { proto3Optional: true } : {}),
  });
}

function entry(name: string, key: Type, value: FieldInit): DescriptorProto {
  return create(DescriptorProtoSchema, { name, field: [field("key", 1, { type: key }), field("value", 2, value)], options: { mapEntry: true } });
}

const any: FieldInit = { typeName: ".google.protobuf.Any" };
const bytes: FieldInit = { type: Type.BYTES };

const thing = create(DescriptorProtoSchema, {
  name: "Thing",
  field: [
    field("tag", 1, { type: Type.STRING }),
    field("one", 2, any),
    field("one_bytes", 3, bytes),
    field("many", 4, { ...any, repeated: true }),
    field("chosen", 5, { ...any, oneof: 0 }),
    field("label", 6, { type: Type.STRING, oneof: 0 }),
    field("by_name", 7, { typeName: ".things.Thing.ByNameEntry", repeated: true }),
    field("bytes_by_name", 8, { typeName: ".things.Thing.BytesByNameEntry", repeated: true }),
    field("by_number", 9, { typeName: ".things.Thing.ByNumberEntry", repeated: true }),
    field("bytes_by_number", 10, { typeName: ".things.Thing.BytesByNumberEntry", repeated: true }),
    field("maybe", 11, any),
    field("maybe_bytes", 12, { ...bytes, optional: true, oneof: 1 }),
    field("child", 13, { typeName: ".things.Thing" }),
    field("children", 14, { typeName: ".things.Thing", repeated: true }),
  ],
  nestedType: [
    entry("ByNameEntry", Type.STRING, any),
    entry("BytesByNameEntry", Type.STRING, bytes),
    entry("ByNumberEntry", Type.INT32, any),
    entry("BytesByNumberEntry", Type.INT32, bytes),
  ],
  oneofDecl: [{ name: "choice" }, { name: "_maybe_bytes" }],
});

const file = create(FileDescriptorProtoSchema, {
  name: "things.proto",
  package: "things",
  syntax: "proto3",
  dependency: ["google/protobuf/any.proto"],
  messageType: [thing],
});

export const ThingSchema: DescMessage = createFileRegistry(file, () => file_google_protobuf_any).getMessage("things.Thing") as DescMessage;
