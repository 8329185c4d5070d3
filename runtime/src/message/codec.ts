/**
 * The companion of a message: encodes what one may pass, decodes to what one receives.
 *
 * `encode` of what was decoded means what was read: nothing is lost, fields that this version of the proto does not know included. The
 * bytes can differ where the wire has two ways to say one thing, as for an integer in a dynamic value, or the white space of JSON text.
 */
export interface MessageCodec<Face, Init> {
  /** Fully qualified name of the message, for example `bridge.InvokeRequest`. */
  readonly typeName: string;
  /** @throws BridgeError invalid_argument, with the path of the value that the message cannot carry */
  encode(init: Init): Uint8Array;
  /** @throws BridgeError invalid_argument, with the path of the field that is malformed */
  decode(bytes: Uint8Array): Face;
}

/** The companion of some message. */
// biome-ignore lint/suspicious/noExplicitAny: what a list of companions of different messages has in common
export type AnyCodec = MessageCodec<any, any>;

/** A field that this version of the proto does not know: kept as it came, and written back. */
export interface UnknownField {
  /** Field number. */
  readonly no: number;
  /** Wire type: 0 varint, 1 64-bit, 2 length-delimited, 3 group, 5 32-bit. */
  readonly wireType: number;
  /** The bytes behind the tag. */
  readonly data: Uint8Array;
}
