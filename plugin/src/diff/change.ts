/** What changed between two versions of a set of protos, for who wrote TypeScript against the older one. */

/** What a change is of. */
export type ChangedThing =
  | "file"
  | "message"
  | "property"
  | "case"
  | "value"
  | "enum"
  | "enum value"
  | "service"
  | "method"
  | "fault"
  | "scope"
  | "link"
  | "link member"
  | "group"
  /** An element of which nothing shows in TypeScript: only the wire tells. */
  | "wire";

/** What became of it. Renamed is a guess, unless the name alone is another, such as by `name:` in a config. */
export type Becoming = "added" | "removed" | "renamed" | "changed";

/** Where something stands: in the new protos, or, if it is gone, in the old ones. */
export interface Place {
  readonly side: "old" | "new";
  /** The path of the proto, as imports have it. */
  readonly file: string;
  /** Counted from 1; null if the descriptors have no source info. */
  readonly line: number | null;
}

/** A line of config that keeps the old name. */
export interface PinLine {
  readonly section: "services" | "methods" | "messages" | "fields" | "oneofs" | "enums";
  readonly selector: string;
  readonly name: string;
}

/** One change. */
export interface Change {
  readonly what: ChangedThing;
  readonly became: Becoming;
  /** The element of the proto, in full: the new one, or, if it is gone, the old one. */
  readonly element: string;
  /** How TypeScript calls it: `JobsClient.start`. */
  readonly typescript: string;
  /** The service that it belongs to, in full; null for messages and enums. */
  readonly service: string | null;
  readonly place: Place;
  /** What it means, in a sentence. */
  readonly text: string;
  /** Why old and new peers do not understand each other; empty if they do. */
  readonly wire: readonly string[];
  /** Whether code that was written against the old version does not compile any more, or means something else. */
  readonly source: boolean;
  /** Whether there is something to write. */
  readonly todo: boolean;
  /** Whether it is a guess that the one became the other. */
  readonly guess: boolean;
  readonly pin: PinLine | null;
  /** Keys by which findings about the wire are told to be of this change: elements, and numbers in them as `acme.v1.Job#3`. */
  readonly covers: readonly string[];
}

/** Under which heading a change is told: the first that applies. */
export const sections = ["wire", "source", "todo", "new", "other"] as const;
export type Section = (typeof sections)[number];

export function sectionOf({ wire, source, todo, became }: Change): Section {
  if (wire.length > 0) return "wire";
  if (source) return "source";
  if (todo) return "todo";
  return became === "added" ? "new" : "other";
}

/** The parts of a change that are the same for most. */
const usual = { wire: [], source: false, todo: false, guess: false, pin: null, service: null } as const;

type Usual = keyof typeof usual;

/** Makes a change, of which only what is unusual has to be said. */
export function change(said: Omit<Change, Usual | "covers"> & Partial<Pick<Change, Usual | "covers">>): Change {
  return { ...usual, covers: [said.element], ...said };
}
