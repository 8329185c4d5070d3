import type { End, Stamps } from "./end.js";
import type { Direction, Member } from "./envelope.js";
import type { Perspective } from "./info.js";
import type { Link, LinkEvents, LinkState, LinkStats } from "./link.js";
import type { GroupShape } from "./shape.js";

/** What one has of a link: its methods are on classes that {@link faceOf} makes. */
class Face implements Link {
  readonly #end: End;
  readonly #stamps: Stamps;

  constructor(end: End, stamps: Stamps) {
    this.#end = end;
    this.#stamps = stamps;
  }

  get state(): LinkState {
    return this.#end.state;
  }

  get stats(): LinkStats {
    return this.#end.stats;
  }

  on<Event extends keyof LinkEvents>(event: Event, listener: (detail: LinkEvents[Event]) => void): this {
    this.#end.listeners.add(event, listener);
    return this;
  }

  off<Event extends keyof LinkEvents>(event: Event, listener: (detail: LinkEvents[Event]) => void): this {
    this.#end.listeners.remove(event, listener);
    return this;
  }

  close(options?: { drainMs?: number }): Promise<void> {
    return this.#end.close(options);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** The same link, with these fields of the envelope on all that it sends. */
  with(stamps: Stamps): this {
    return new (this.constructor as new (end: End, stamps: Stamps) => this)(this.#end, { ...this.#stamps, ...stamps });
  }

  /** What the client said first. Only a server's link that has an opening shows it. */
  static openingOf(face: Face): unknown {
    return face.#end.opening;
  }

  static say(face: Face, member: Member, message: unknown, options: object | undefined): Promise<unknown> {
    return member.reply === undefined ? face.#end.send(member, message, face.#stamps, options) : face.#end.request(member, message, face.#stamps, options);
  }
}

const classes = new WeakMap<Direction, typeof Face>();

/** Makes the face of an end: a method for each member that it says. */
export function faceOf(end: End): Link {
  const { says } = end.perspective;
  let made = classes.get(says);
  if (!made) {
    made = classOf(end.perspective);
    classes.set(says, made);
  }
  return new made(end, {});
}

function classOf({ says, hears, opening }: Perspective): typeof Face {
  const made = class extends Face {};
  if (opening !== undefined && hears.members.has(opening)) {
    const get = function (this: Face): unknown {
      return Face.openingOf(this);
    };
    Object.defineProperty(made.prototype, "opening", { get, configurable: true });
  }
  for (const member of says.members.values()) {
    if (member.isReply || member.name === opening) continue;
    const say = function (this: Face, message: unknown = {}, options?: object): Promise<unknown> {
      return Face.say(this, member, message, options);
    };
    Object.defineProperty(made.prototype, member.name, { value: say, writable: true, configurable: true });
  }
  defineGroups(made.prototype, says.shape.groups ?? {});
  return made;
}

/** Groups are made for each face when they are asked for: their methods are called without it. */
function defineGroups(prototype: object, groups: GroupShape): void {
  for (const [name, group] of Object.entries(groups)) {
    if (typeof group === "string") continue;
    Object.defineProperty(prototype, name, {
      configurable: true,
      get(this: Face): object {
        const value = groupOf(this, group);
        Object.defineProperty(this, name, { value, configurable: true });
        return value;
      },
    });
  }
}

function groupOf(face: Face, group: GroupShape): object {
  const methods = face as unknown as Readonly<Record<string, (...given: unknown[]) => unknown>>;
  return Object.fromEntries(
    Object.entries(group).map(([name, member]) => [
      name,
      typeof member === "string" ? (...given: unknown[]) => methods[member]?.apply(face, given) : groupOf(face, member),
    ]),
  );
}
