import { ScalarType } from "@bufbuild/protobuf";
import type { MessageCodec, UnknownField } from "../message/codec.js";
import { PayloadMessageCodec } from "../message/message.js";
import type { Face, FieldPlan, MessagePlan } from "../message/plan.js";
import { readFields } from "../message/reading.js";
import { scalarOf } from "../message/scalar.js";
import type { Reader, Writer } from "../message/wire.js";
import { writeFields } from "../message/writing.js";

/** A detail of an error: why it happened, in letters, and facts about it. */
export interface ErrorInfo {
  /** In the notation `UPPER_SNAKE_CASE`, as a rule. */
  reason: string;
  /** To whom the reason means something, for example `example.com`. */
  domain: string;
  metadata: Record<string, string>;
  /** Fields that this version of the proto does not know. */
  $unknown?: UnknownField[];
}

/** What one may pass for {@link ErrorInfo}. */
export interface ErrorInfoInit {
  reason?: string | undefined;
  domain?: string | undefined;
  metadata?: Readonly<Record<string, string>> | undefined;
  $unknown?: readonly UnknownField[] | undefined;
}

const text = scalarOf(ScalarType.STRING, true);

function field(number: number, property: string, kind: FieldPlan["kind"]): FieldPlan {
  return {
    number,
    kind,
    property,
    oneof: undefined,
    presence: false,
    required: false,
    message: undefined,
    scalar: text,
    face: { fromWire: (value) => value, toWire: (init) => init },
    closed: undefined,
    enumZero: undefined,
    packed: false,
    group: false,
    key: kind === "map" ? text : undefined,
    any: undefined,
    isSidecar: false,
  };
}

const fields = [field(1, "reason", "singular"), field(2, "domain", "singular"), field(3, "metadata", "map")];

const plan: MessagePlan = {
  byNumber: new Map(fields.map((it) => [it.number, it])),
  ordered: fields,
  oneofs: [],
  anys: [],
  empty: () => ({ reason: "", domain: "", metadata: {} }),
};

class ErrorInfoCodec extends PayloadMessageCodec<ErrorInfo, ErrorInfoInit> {
  override read(reader: Reader, end: number, into: unknown): unknown {
    const face = (into ?? plan.empty()) as Face;
    readFields(plan, face, reader, end);
    return face;
  }
  override write(writer: Writer, init: unknown): void {
    writeFields(plan, this.typeName, init, writer);
  }
}

/**
 * The companion of `google.rpc.ErrorInfo`, in which a fault's reason and its map of details travel.
 *
 * Source: google/rpc/error_details.proto (string reason = 1, string domain = 2, map<string, string> metadata = 3).
 */
export const ErrorInfo: MessageCodec<ErrorInfo, ErrorInfoInit> = /*@__PURE__*/ new ErrorInfoCodec("google.rpc.ErrorInfo");
