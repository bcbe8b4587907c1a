import { createBar } from '../../functions/cli/progress.ts';

const inDigits = new Intl.NumberFormat('en-US');
const grouped = (line: string): string => line.replace(/\d{4,}/g, (digits) => inDigits.format(Number(digits)));

/**
 * One plain line on standard error for every tenth of long work, nothing for fewer than ten. Never drawn over itself: shares
 * of one stage write to the same terminal.
 */
export function tenths(what: string, unit: string, say: (line: string) => void = console.error) {
  const bar = createBar({ write: (text: string) => say(grouped(text.trim())) }, false, what, unit);
  return (done: number, of: number): void => bar(done, of);
}
