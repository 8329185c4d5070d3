const longestDelay = 2 ** 31 - 1;

/**
 * Calls a listener when the clock says so, also if that is further away than timers reach, unless the function that it returns was called before.
 * The wait keeps no process alive.
 */
export function at(time: Date, listener: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const wait = (): void => {
    const left = time.getTime() - Date.now();
    // Timers may fire a little early.
    timer = setTimeout(() => (Date.now() < time.getTime() ? wait() : listener()), Math.max(Math.min(left, longestDelay), 0));
    // Browsers' timers are numbers.
    timer.unref?.();
  };
  wait();
  return () => clearTimeout(timer);
}
