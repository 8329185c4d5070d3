import type * as es from "@bufbuild/protobuf/wkt";
import type { MessageCodec } from "../message/codec.js";
import { codec } from "../message/generated.js";
import { scalars } from "../message/scalar.js";

/** A message without fields. */
export type Empty = es.Empty;
/** Any object: nothing of it is sent. */
export type EmptyInit = object;
/** The companion of `google.protobuf.Empty`. Source: google/protobuf/empty.proto. */
export const Empty: MessageCodec<Empty, EmptyInit> = /*@__PURE__*/ codec(
  "google.protobuf.Empty",
  {},
  () => ({ $typeName: "google.protobuf.Empty" }),
  (m, r, c) => {
    while (r.tag() > 0) r.keep(m, c);
  },
  () => {},
);

/** Paths of fields, as protobuf-es has them: the names of the proto, with dots. */
export type FieldMask = es.FieldMask;
/** Paths of fields: the names of the proto, with dots. */
export type FieldMaskInit = { readonly paths?: readonly string[] | undefined };
/** The companion of `google.protobuf.FieldMask`. Source: google/protobuf/field_mask.proto. */
export const FieldMask: MessageCodec<FieldMask, FieldMaskInit> = /*@__PURE__*/ codec(
  "google.protobuf.FieldMask",
  { 10: "paths" },
  () => ({ $typeName: "google.protobuf.FieldMask", paths: [] }),
  (m, r, c) => {
    for (let t = r.tag(); t > 0; t = r.tag()) {
      if (t === 10) r.pushScalar(m.paths, scalars.string);
      else r.keep(m, c);
    }
  },
  (m, w) => {
    w.scalarList(10, m.paths, scalars.string);
  },
);
