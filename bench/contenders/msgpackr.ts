/** msgpackr: MessagePack, so not the bytes of the protos. */
import { Packr } from "msgpackr";
import type { Invoke, LoomEvent, Tool } from "../data.js";
import type { Codec, Contender } from "./contender.js";

/** msgpackr without its records extension, so that any MessagePack peer reads it. */
export function msgpackr(): Contender {
  const packr = new Packr({ useRecords: false });
  const codec = <Value>(): Codec<Value> => ({ encode: (plain) => packr.pack(plain), decode: (bytes) => packr.unpack(bytes) as Value });
  return { name: "msgpackr", protobuf: false, codecs: { invoke: codec<Invoke>(), tool: codec<Tool>(), event: codec<LoomEvent>() } };
}
