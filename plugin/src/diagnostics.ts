/** What is wrong, or odd, and where. */
export interface Problem {
  readonly severity: "error" | "warning";
  /** `bridge.yaml:3:5`, `acme/v1/event.proto:12`, or nothing. */
  readonly place: string;
  readonly message: string;
}

/** How many problems a message lists. */
const listed = 20;

/** Collects problems, so that they are reported together. */
export class Problems {
  readonly #all = new Map<string, Problem>();

  /** Nothing can be generated. What is told of a place already is not told again. */
  error(place: string, message: string): void {
    this.#add({ severity: "error", place, message });
  }

  /** Something is odd, but can be generated. */
  warn(place: string, message: string): void {
    this.#add({ severity: "warning", place, message });
  }

  /** All of them, in the order in which they were reported. */
  get all(): readonly Problem[] {
    return [...this.#all.values()];
  }

  /** @throws ProblemsError if there are errors */
  check(): void {
    if (this.all.some(({ severity }) => severity === "error")) throw new ProblemsError(this.all);
  }

  #add(problem: Problem): void {
    const key = JSON.stringify([problem.severity, problem.place, problem.message]);
    if (!this.#all.has(key)) this.#all.set(key, problem);
  }
}

/** That something is wrong. Its message has one line a problem: the errors first, each in the order of their report, at most 20. */
export class ProblemsError extends Error {
  override readonly name = "ProblemsError";
  /** All of them, warnings included. */
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    const sorted = [...problems.filter(({ severity }) => severity === "error"), ...problems.filter(({ severity }) => severity === "warning")];
    const more = sorted.length - listed;
    super([...sorted.slice(0, listed).map(lineOf), ...(more > 0 ? [`and ${more} more`] : [])].join("\n"));
    this.problems = problems;
  }
}

function lineOf({ severity, place, message }: Problem): string {
  return `${place === "" ? "" : `${place}: `}${severity === "warning" ? "warning: " : ""}${message}`;
}
