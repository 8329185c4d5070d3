import type { Any as AnyMessage } from "@bufbuild/protobuf/wkt";
import type { MessageCodec } from "../message/codec.js";
import { codec } from "../message/generated.js";
import { WholeValue } from "../value/json.js";

/** A message of any type, packed. `anyUnpack()` of protobuf-es opens it. */
export type Any = AnyMessage;
/** `typeUrl` ends in the name of the message after a slash; `value` has its bytes. `anyPack()` of protobuf-es makes both. */
export type AnyInit = { readonly typeUrl?: string | undefined; readonly value?: Uint8Array | undefined };
// What stands for no bytes until all is read: to make some takes longer than to read most of what is in one.
const none = undefined as unknown as Any["value"];
/** The companion of `google.protobuf.Any`. Source: google/protobuf/any.proto. */
export const Any: MessageCodec<Any, AnyInit> = /*@__PURE__*/ codec(
  "google.protobuf.Any",
  { 10: "typeUrl", 18: "value" },
  () => ({ $typeName: "google.protobuf.Any", typeUrl: "", value: none }),
  (m, r, c) => {
    for (let t = r.tag(); t > 0; t = r.tag()) {
      if (t === 10)
        m.typeUrl = r.key(); // they come again and again, as keys of maps do
      else if (t === 18) m.value = r.bytes();
      else r.keep(m, c);
    }
    if (m.value === none) m.value = new Uint8Array(0);
  },
  (m, w) => {
    if (m instanceof WholeValue) m.misplaced();
    w.string(10, m.typeUrl);
    w.bytes(18, m.value);
  },
);
