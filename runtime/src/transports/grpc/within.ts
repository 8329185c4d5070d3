/** What timers take. */
export const longestDelay: number = 2 ** 31 - 1;

/** Resolves with the promise, or after so many milliseconds. */
export async function within(ms: number, promise: Promise<void>): Promise<void> {
  if (ms > longestDelay) return promise;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([promise, timeout]);
  clearTimeout(timer);
}
