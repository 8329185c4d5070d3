import type { Attributes, BatchObservableResult, Meter, Observable } from "@opentelemetry/api";
import type { Call } from "../interceptors/call.js";
import type { Link, LinkState, LinkStats } from "../link/link.js";

type Count = Exclude<keyof LinkStats, "roundTrip">;

/** What a link has at a moment. */
const levels: readonly (readonly [Count, name: string, unit: string, description: string])[] = [
  ["pending", "pending", "{request}", "Requests that wait for their replies."],
  ["queued", "queue.messages", "{message}", "Messages that wait to be sent."],
  ["queuedBytes", "queue.size", "By", "Size of the messages that wait to be sent."],
  ["handling", "handling.messages", "{message}", "Messages that wait for their handlers, or are being handled."],
  ["handlingBytes", "handling.size", "By", "Size of the messages that wait for their handlers, or are being handled."],
];

/** What happened so far. */
const totals: readonly (readonly [Count, name: string, unit: string, description: string])[] = [
  ["sent", "sent", "{message}", "Messages that were given to the transport."],
  ["received", "received", "{message}", "Messages that came."],
  ["dropped", "dropped", "{message}", "Notifications that were dropped since the queue was full."],
  ["late", "late", "{message}", "Replies that came when nobody waited for them any more."],
  ["unknown", "unmatched", "{message}", "Replies to nothing that was asked."],
  ["malformed", "malformed", "{message}", "Messages that could not be read."],
  ["unhandled", "unhandled", "{message}", "Messages for which there was no handler."],
  ["unconfirmed", "unconfirmed", "{message}", "Notifications of which nobody knows whether they arrived."],
  ["reconnects", "reconnects", "{connection}", "Connections after the first one."],
];

const states: readonly LinkState[] = ["connecting", "open", "waiting", "draining"];

/** The links of one method at one end: those that live, and what those counted that are closed. */
interface Group {
  readonly attributes: Attributes;
  readonly links: Set<Link>;
  readonly past: Map<Count, number>;
}

/** What can be asked of links as long as they live. Links of a method are one sum, so that there are no more numbers than methods. */
export class LinkGauges {
  readonly #meter: Meter;
  readonly #groups = new Map<string, Group>();
  #isObserved = false;

  constructor(meter: Meter) {
    this.#meter = meter;
  }

  /** Takes in the link of a call, until it is closed. It may be known from another connection. */
  add({ link, name, outgoing }: Call, attributes: Attributes): void {
    if (!link || link.state === "closed") return;
    const end = outgoing ? "client" : "server";
    const key = `${end} ${name}`;
    const group = this.#groups.get(key) ?? { attributes: { ...attributes, "protobridge.link.end": end }, links: new Set(), past: new Map() };
    if (group.links.has(link)) return;
    this.#groups.set(key, group);
    group.links.add(link);
    link.on("closed", () => {
      group.links.delete(link);
      const { stats } = link;
      for (const [count] of totals) group.past.set(count, (group.past.get(count) ?? 0) + stats[count]);
    });
    this.#observe();
  }

  /** With the first link: who has none need not see it. */
  #observe(): void {
    if (this.#isObserved) return;
    this.#isObserved = true;
    const named = (name: string): string => `protobridge.link.${name}`;
    const gauges = levels.map(([, name, unit, description]) => [name, this.#meter.createObservableUpDownCounter(named(name), { unit, description })] as const);
    const counters = totals.map(([, name, unit, description]) => [name, this.#meter.createObservableCounter(named(name), { unit, description })] as const);
    const count = this.#meter.createObservableUpDownCounter(named("count"), { unit: "{link}", description: "Links, by their states." });
    const observables = new Map<string, Observable>([["count", count], ...gauges, ...counters]);
    this.#meter.addBatchObservableCallback((result) => this.#tell(result, observables), [...observables.values()]);
  }

  #tell(result: BatchObservableResult, observables: ReadonlyMap<string, Observable>): void {
    for (const { attributes, links, past } of this.#groups.values()) {
      const all = [...links];
      const stats = all.map((link) => link.stats);
      const tell = (name: string, value: number, more: Attributes = {}): void =>
        result.observe(observables.get(name) as Observable, value, { ...attributes, ...more });
      const sum = (count: Count): number => stats.reduce((total, one) => total + one[count], 0);
      for (const state of states) tell("count", all.filter((link) => link.state === state).length, { "protobridge.link.state": state });
      for (const [count, name] of levels) tell(name, sum(count));
      for (const [count, name] of totals) tell(name, sum(count) + (past.get(count) ?? 0));
    }
  }
}
