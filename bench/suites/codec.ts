/** Plain values to bytes and back: all contenders in one process, on the same data. */
import { same } from "../agreement.js";
import type { Codec, Contender } from "../contenders/contender.js";
import { contenders } from "../contenders/index.js";
import { type Case, cases } from "../data.js";
import { median, type Rounds, type Task, timeCalls } from "../timing.js";
import { type Measurement, type Result, result, type SuiteOptions } from "./suite.js";

/** One column of a case: a contender, with or without conversion. */
interface Column {
  readonly contender: string;
  readonly measure: "encode" | "decode" | "bare encode" | "bare decode" | "size";
  readonly task: Task;
}

/** @throws Error if a contender's bytes do not read as what was written, also by every other contender that speaks protobuf */
export async function codecSuite({ quick }: SuiteOptions): Promise<Result> {
  const all = await contenders();
  for (const each of cases) verify(each, all);
  const rounds: Rounds = quick ? { warmUp: 0, counted: 1 } : { warmUp: 5, counted: 15 };
  const prepared = cases.map((each) => ({ each, columns: all.flatMap((contender) => columnsOf(each, contender)) }));
  const calls = (each: Case): number => (quick ? 1 : each.calls);
  // What the compiler learns of one case's values is there when another one is timed: for all, before any.
  for (const { each, columns } of quick ? [] : prepared) timeCalls(tasksOf(columns), calls(each), { warmUp: 3, counted: 0 });
  const measurements = prepared.flatMap(({ each, columns }): Measurement[] => {
    const times = timeCalls(tasksOf(columns), calls(each), rounds);
    const timed = columns.map(({ contender, measure }, i): Measurement => ({ case: each.name, contender, measure, value: median(times[i] ?? []), unit: "ns" }));
    const sizes = all.map(
      (contender): Measurement => ({
        case: each.name,
        contender: contender.name,
        measure: "size",
        value: codecOf(contender, each).encode(each.plain).length,
        unit: "bytes",
      }),
    );
    return [...timed, ...sizes];
  });
  return result("codec", rounds.counted, measurements);
}

function tasksOf(columns: readonly Column[]): Task[] {
  return columns.map(({ task }) => task);
}

function codecOf({ codecs }: Contender, { message }: Case): Codec<Case["plain"]> {
  return codecs[message] as Codec<Case["plain"]>;
}

function columnsOf(each: Case, contender: Contender): Column[] {
  const { plain } = each;
  const codec = codecOf(contender, each);
  const bytes = received(codec.encode(plain));
  const column = (measure: Column["measure"], run: () => unknown): Column => ({ contender: contender.name, measure, task: { run } });
  const converted = [column("encode", () => codec.encode(plain)), column("decode", () => codec.decode(bytes))];
  const { bare } = codec;
  if (!bare) return converted;
  const message = bare.message(plain);
  return [...converted, column("bare encode", () => bare.encode(message)), column("bare decode", () => bare.decode(bytes))];
}

/** Bytes as all contenders get them to decode: as they come out of a socket in Node, whatever each one's encoder gives. */
function received(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes);
}

function verify(each: Case, all: readonly Contender[]): void {
  const encoded = all.map((contender) => ({ contender, bytes: received(codecOf(contender, each).encode(each.plain)) }));
  for (const reader of all) {
    for (const { contender: writer, bytes } of encoded) {
      if (reader !== writer && !(reader.protobuf && writer.protobuf)) continue;
      if (!same(codecOf(reader, each).decode(bytes), each.plain)) {
        throw new Error(`${each.name}: ${reader.name} reads something else from what ${writer.name} wrote`);
      }
    }
  }
}
