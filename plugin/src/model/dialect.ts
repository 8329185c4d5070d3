/** What a tag says of a value. */
export type TagKind = "any" | "null" | "boolean" | "integer" | "float" | "string" | "list" | "map";

/** How values stand in a google.protobuf.Any. */
export interface DialectModel {
  /** Whether they are packed messages of Google; else they are JSON text behind a type URL. */
  readonly packed: boolean;
  /** With `{tag}` in it. */
  readonly typeUrl: string;
  readonly alsoTypeUrls: readonly string[];
  /** The first tag of a kind is the one that such a value gets by itself. */
  readonly tags: readonly { readonly name: string; readonly kind: TagKind }[];
  readonly bareTokens: boolean;
}
