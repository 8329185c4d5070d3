const hole = "{tag}";

/** A template of type URLs, with `{tag}` where the tag is. */
export class TypeUrl {
  readonly #before: string;
  readonly #after: string;

  constructor(template: string) {
    const [before, after, ...more] = template.split(hole);
    if (before === undefined || after === undefined || more.length > 0) {
      throw new Error(`the type URL ${JSON.stringify(template)} has ${hole} not exactly once: the generated code is broken, generate it again`);
    }
    this.#before = before;
    this.#after = after;
  }

  of(tag: string): string {
    return this.#before + tag + this.#after;
  }

  /** The tag of a type URL; undefined if it is of another form, or its tag is empty. */
  tagOf(typeUrl: string): string | undefined {
    const end = typeUrl.length - this.#after.length;
    return end > this.#before.length && typeUrl.startsWith(this.#before) && typeUrl.endsWith(this.#after) ? typeUrl.slice(this.#before.length, end) : undefined;
  }
}
