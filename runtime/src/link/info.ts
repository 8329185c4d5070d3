import type { AnyCodec } from "../message/codec.js";
import { Direction } from "./envelope.js";
import type { LinkShape } from "./shape.js";

/** A bidirectional RPC that carries many exchanges. */
export interface LinkInfo {
  readonly shape: LinkShape;
}

/** Describes a link. Called by generated code. */
export function link(shape: LinkShape): LinkInfo {
  return { shape };
}

/** A link as one of its ends has it. */
export interface Perspective {
  readonly says: Direction;
  readonly hears: Direction;
  /** The member that the client says first. */
  readonly opening: string | undefined;
}

/** A link from both ends. */
export interface Perspectives {
  readonly client: Perspective;
  readonly server: Perspective;
}

const cache = new WeakMap<LinkInfo, Perspectives>();

/** Looks at a link from both ends. Made once for each link. */
export function perspectivesOf(info: LinkInfo, input: AnyCodec, output: AnyCodec): Perspectives {
  let both = cache.get(info);
  if (!both) {
    const client = new Direction(info.shape.client, input);
    const server = new Direction(info.shape.server, output);
    const { opening } = info.shape;
    both = { client: { says: client, hears: server, opening }, server: { says: server, hears: client, opening } };
    cache.set(info, both);
  }
  return both;
}
