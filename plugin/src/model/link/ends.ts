import type { DescField, DescMessage, DescMethod } from "@bufbuild/protobuf";
import { Member_Side } from "../../gen/protobridge/v1/config_pb.js";
import type { Deciding } from "../deciding.js";
import type { Reason } from "../reason.js";
import { type EnvelopeFound, isEnvelope } from "./envelope.js";

/** The ends of a link. */
export type Side = "client" | "server";

/** What one end can say: members of its envelope, or a message that comes bare. */
export interface End {
  readonly side: Side;
  readonly message: DescMessage;
  readonly envelope: EnvelopeFound | undefined;
  /** In the order of the proto; none of a message that comes bare. */
  readonly members: readonly DescField[];
}

/** Both ends of a link. */
export interface Ends {
  readonly client: End;
  readonly server: End;
  /** Whether both send the same envelope. */
  readonly shared: boolean;
  /** Why one end alone says a member of an envelope that both send, as far as the config says it. */
  directions: ReadonlyMap<DescField, Reason>;
}

/** The other end. */
export function opposite(side: Side): Side {
  return side === "client" ? "server" : "client";
}

/** Decides who says what: each end the members of its envelope. Of one that both send, the config can say it of each member. */
export function endsOf({ input, output }: DescMethod, found: Readonly<Record<Side, EnvelopeFound | Reason | undefined>>, deciding: Deciding): Ends {
  const shared = input === output;
  const directions = new Map<DescField, Reason>();
  const endOf = (side: Side, message: DescMessage): End => {
    const envelope = found[side];
    if (!isEnvelope(envelope)) return { side, message, envelope: undefined, members: [] };
    const members = envelope.members.filter((field) => {
      const said = deciding.settings.field(field.parent.typeName, field.name);
      const from = sideOf(said.rule.member?.from);
      if (from === undefined) return true;
      const place = said.from("member", "from") ?? null;
      if (shared) {
        directions.set(field, { rule: "direction", because: `the ${from} alone says it`, from: place });
        return from === side;
      }
      if (from !== side && !said.mayMiss("member", "from")) {
        const text = `${field.parent.typeName}.${field.name}: from: ${from.toUpperCase()} says nothing, since only the ${side} sends ${message.typeName}`;
        deciding.problems.error(place ?? deciding.place(field), text);
      }
      return true;
    });
    return { side, message, envelope, members };
  };
  return { client: endOf("client", input), server: endOf("server", output), shared, directions };
}

function sideOf(side: Member_Side | undefined): Side | undefined {
  return side === Member_Side.CLIENT ? "client" : side === Member_Side.SERVER ? "server" : undefined;
}
