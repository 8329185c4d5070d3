import type { Fault } from "../fault/fault.js";
import type { AnyCodec } from "../message/codec.js";

/** What a link is, in the names of its generated face: what {@link link} takes. */
export interface LinkShape {
  /** What the client's end says. */
  readonly client: EndShape;
  /** What the server's end says. */
  readonly server: EndShape;
  /** The member that the client says on each connection before all else. It is no method, and no handler. */
  readonly opening?: string | undefined;
}

/** What one end says. */
export interface EndShape {
  /** The property of the envelope with its oneof. Without one there is no envelope: the only member is what the stream carries, bare. */
  readonly oneof?: string | undefined;
  /** The property of the envelope that tells which request a reply is for. */
  readonly correlation?: string | undefined;
  /** All that it says, by the order of the proto. */
  readonly members: readonly MemberEntry[];
  /** Methods by common prefix: `{ kv: { get: "kvGet" } }`. A value that is an object is a group inside of the group. */
  readonly groups?: GroupShape | undefined;
  /** The request that asks whether the other end is there. */
  readonly probe?: string | undefined;
  /** The member that tells an error where no reply can. */
  readonly error?: ErrorShape | undefined;
}

/** Members of a group: methods of the link by their names in the group, and groups inside of it. */
export interface GroupShape {
  readonly [name: string]: string | GroupShape;
}

/** A member in generated code: the name of its method and its handler, the companion of its message, and what else there is to say. */
export type MemberEntry = readonly [name: string, message: AnyCodec, more?: MemberShape | undefined];

/** What else there is to say of a member. */
export interface MemberShape {
  /** Its case in the oneof, where that is not its name. */
  readonly case?: string | undefined;
  /** It is a request: the name of the member of the other end that answers it. */
  readonly reply?: string | undefined;
  /** It answers requests of the other end: so it is no method, and no handler. */
  readonly isReply?: true | undefined;
  /** The properties of request and reply, in which the same string tells that they belong together. */
  readonly id?: readonly [request: string, reply: string] | undefined;
  /** Of a request: an envelope with nothing but its correlation answers it, and a handler may return nothing. */
  readonly emptyReply?: true | undefined;
  /** Of a request: it may be sent again if the connection is lost before the reply came. */
  readonly idempotent?: true | undefined;
  /** Of a reply: where it carries an error. */
  readonly fault?: Fault | undefined;
}

/** A member that tells an error. */
export interface ErrorShape {
  /** The member. */
  readonly member: string;
  /** The property with its code: an integer, or the name of a code as gRPC spells it, such as `NOT_FOUND`. */
  readonly code?: readonly [property: string, as: "number" | "name"] | undefined;
  /** The property with its text. */
  readonly message: string;
}
