/** Rounds: every task in turn, as often as every other, so that a slow moment of the machine, and what the compiler learns, meet all. */

/** Something to time. */
export interface Task {
  /** One call; what it returns is kept, so that nothing is optimised away. May be a promise only in `timeEach`. */
  run(): unknown;
}

export interface Rounds {
  /** Rounds that are run and not counted. */
  readonly warmUp: number;
  /** Rounds that are counted. */
  readonly counted: number;
}

/** Where results go, so that the calls cannot be left out. */
let kept: unknown;

/** What one task left behind is not for the next one to clear away; a full collection each time would take longer than all that is timed. */
function clear(): void {
  globalThis.gc?.({ type: "minor" });
}

/** The nanoseconds that a call took, by task and round. In each round every task makes so many calls; another begins each round. */
export function timeCalls(tasks: readonly Task[], calls: number, { warmUp, counted }: Rounds): number[][] {
  const times: number[][] = tasks.map(() => []);
  for (let round = 0; round < warmUp + counted; round++) {
    for (let turn = 0; turn < tasks.length; turn++) {
      const index = (turn + round) % tasks.length;
      const task = tasks[index] as Task;
      clear();
      const start = process.hrtime.bigint();
      for (let i = 0; i < calls; i++) kept = task.run();
      const spent = Number(process.hrtime.bigint() - start);
      if (round >= warmUp) times[index]?.push(spent / calls);
    }
  }
  return times;
}

/** Like `timeCalls` for tasks that return a promise: each is run once a round, and its time is the nanoseconds until the promise resolves. */
export async function timeEach(tasks: readonly Task[], { warmUp, counted }: Rounds): Promise<number[][]> {
  const times: number[][] = tasks.map(() => []);
  for (let round = 0; round < warmUp + counted; round++) {
    for (let turn = 0; turn < tasks.length; turn++) {
      const index = (turn + round) % tasks.length;
      clear();
      const start = process.hrtime.bigint();
      kept = await tasks[index]?.run();
      if (round >= warmUp) times[index]?.push(Number(process.hrtime.bigint() - start));
    }
  }
  return times;
}

/** The middle one; of an even number, the lower of the two. */
export function median(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[(times.length - 1) >> 1] ?? Number.NaN;
}

/** What was last returned by a task: read by nobody, but the compiler cannot know. */
export function lastKept(): unknown {
  return kept;
}
