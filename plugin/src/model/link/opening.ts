import type { DescField, DescMethod } from "@bufbuild/protobuf";
import { quote, suggestion } from "../../config/nearest.js";
import type { Deciding } from "../deciding.js";
import { messageRef } from "../type.js";
import type { End } from "./ends.js";
import type { LinkModel } from "./link.js";

/** The member that the client says on each connection before all else. */
export interface Opening {
  readonly field: DescField;
  readonly model: NonNullable<LinkModel["opening"]>;
}

/** Decides what the client says first. The config alone can tell. */
export function openingOf(desc: DescMethod, client: End, deciding: Deciding): Opening | undefined {
  const said = deciding.settings.method(desc.parent.typeName, desc.name);
  const name = said.rule.link?.opening ?? "";
  if (name === "") return undefined;
  const from = said.from("link", "opening") ?? null;
  const field = client.members.find((member) => member.name === name);
  if (field)
    return {
      field,
      model: {
        member: name,
        message: messageRef(field.message as never),
        reason: { rule: "opening", because: "the client says it on each connection before all else", from },
      },
    };
  if (said.mayMiss("link", "opening")) return undefined;
  const label = `${desc.parent.typeName}.${desc.name}: opening ${quote(name)}`;
  const why = !client.envelope
    ? `cannot be said, since the client sends ${client.message.typeName} bare`
    : client.envelope.members.some((member) => member.name === name)
      ? `is not for the client to say: it is from: SERVER`
      : `is no member of ${client.message.typeName}${suggestion(
          name,
          client.members.map((member) => member.name),
        )}`;
  deciding.problems.error(from ?? deciding.place(desc), `${label} ${why}`);
  return undefined;
}
