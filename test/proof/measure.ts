/**
 * Processor time of this thread in milliseconds: a machine that is busy with other work does not stretch it. Good for
 * milliseconds; some kernels count it too coarsely for less.
 */
export function cpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

/** The most memory that this process ever held, in MiB: resident, everything included. */
export const peakMegabytes = (): number => Math.round(process.resourceUsage().maxRSS / 1024);

export function quantile(values: readonly number[], p: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * p))] ?? 0;
}
