import { bare } from "./bare.js";
import { connectNode } from "./connect.js";
import { grpcJs } from "./grpc-js.js";
import { niceGrpc } from "./nice-grpc.js";
import type { Peer } from "./peer.js";
import { protobridge } from "./protobridge.js";

/** All ways to make calls, ours first, the limit last. */
export const peers: readonly Peer[] = [protobridge, grpcJs, niceGrpc, connectNode, bare];
