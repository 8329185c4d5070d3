import type { Contender } from "./contender.js";
import { json } from "./json.js";
import { msgpackr } from "./msgpackr.js";
import { pbf } from "./pbf.js";
import { protobridge } from "./protobridge.js";
import { protobufEs } from "./protobuf-es.js";
import { protobufTs } from "./protobuf-ts.js";
import { protobufjsReflection, protobufjsStatic } from "./protobufjs.js";
import { tsProto } from "./ts-proto.js";

/** All contenders, ours first. Their generated code has to be there: see `generatePeers`. */
export async function contenders(): Promise<Contender[]> {
  return [
    await protobridge(),
    protobufEs(),
    await tsProto(),
    await protobufTs(),
    await protobufjsStatic(),
    protobufjsReflection(),
    await pbf(),
    msgpackr(),
    json(),
  ];
}
