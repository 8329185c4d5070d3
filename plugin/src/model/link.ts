import type { DescMessage, DescMethod } from "@bufbuild/protobuf";

/** Whether a bidirectional stream carries many exchanges: either side sends an envelope. */
export function isLink({ methodKind, input, output }: DescMethod): boolean {
  return methodKind === "bidi_streaming" && (isEnvelope(input) || isEnvelope(output));
}

/** An envelope has one oneof, whose members are all messages; what else it has, such as a correlation, goes with each of them. */
function isEnvelope({ oneofs }: DescMessage): boolean {
  return oneofs.length === 1 && (oneofs[0]?.fields.every((field) => field.message !== undefined) ?? false);
}
