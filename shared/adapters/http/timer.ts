/** Calls `run` once after that many milliseconds, unless the function it returns was called before. */
export type StartTimer = (ms: number, run: () => void) => () => void;

export const systemTimer: StartTimer = (ms, run) => {
  const timer = setTimeout(run, ms);
  return () => clearTimeout(timer);
};
