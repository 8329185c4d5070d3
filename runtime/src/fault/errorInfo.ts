import type { MessageCodec, UnknownField } from "../message/codec.js";
import { codec } from "../message/generated.js";
import { scalars } from "../message/scalar.js";

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

/**
 * The companion of `google.rpc.ErrorInfo`, in which a fault's reason and its map of details travel.
 *
 * Source: google/rpc/error_details.proto (string reason = 1, string domain = 2, map<string, string> metadata = 3).
 */
export const ErrorInfo: MessageCodec<ErrorInfo, ErrorInfoInit> = /*@__PURE__*/ codec(
  "google.rpc.ErrorInfo",
  { 10: "reason", 18: "domain", 26: "metadata" },
  () => ({ reason: "", domain: "", metadata: {} }),
  (m, r, c) => {
    for (let t = r.tag(); t > 0; t = r.tag()) {
      if (t === 10) m.reason = r.string();
      else if (t === 18) m.domain = r.string();
      else if (t === 26) r.scalarEntry(m.metadata, scalars.string, scalars.string);
      else r.keep(m, c);
    }
  },
  (m, w) => {
    w.string(10, m.reason);
    w.string(18, m.domain);
    w.scalarMap(26, m.metadata, scalars.string, scalars.string);
  },
);
