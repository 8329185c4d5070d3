import type { Output } from "./command.js";

/** Work that takes longer than this, in milliseconds, is told of. */
const patienceMs = 1000;

/** Does work, and tells somebody who waits at a terminal what takes so long. */
export async function withProgress<T>(what: string, { tell }: Output, work: () => Promise<T>): Promise<T> {
  const timer = process.stderr.isTTY ? setTimeout(() => tell(`${what} ...`), patienceMs) : undefined;
  try {
    return await work();
  } finally {
    clearTimeout(timer);
  }
}
