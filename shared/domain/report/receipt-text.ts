import type { Json } from '../json.ts';

/** A line of a report on a phone; what is longer stands whole in the JSON report. */
const MOST_CHARACTERS = 60;

export interface ReceiptText {
  readonly text: string;
  /** Something was left out, and `…` stands where. */
  readonly isCut: boolean;
}

/** What a receipt says, on one line: whole where it fits, else cut between its values and never within one. */
export function receiptText(value: Json | undefined, most = MOST_CHARACTERS): ReceiptText {
  if (value === undefined) return { text: '', isCut: false };
  const whole = typeof value === 'string' ? value : JSON.stringify(value);
  if (whole.length <= most) return { text: whole, isCut: false };
  if (value === null || typeof value !== 'object') return { text: `${whole.slice(0, most - 1)}…`, isCut: true };
  const entries = Array.isArray(value)
    ? value.map((one) => JSON.stringify(one))
    : Object.entries(value).flatMap(([name, one]) =>
        one === undefined ? [] : [`${JSON.stringify(name)}:${JSON.stringify(one)}`],
      );
  const shown: string[] = [];
  // Room for the brackets, the mark and the comma before it.
  let room = most - 4;
  for (const entry of entries) {
    if (entry.length > room) break;
    shown.push(entry);
    room -= entry.length + 1;
  }
  const inside = [...shown, '…'].join(',');
  return { text: Array.isArray(value) ? `[${inside}]` : `{${inside}}`, isCut: true };
}
