import type { ShownTrend } from './report.ts';
import { dateAfter } from './series.ts';
import { amountOf } from './words.ts';

const WIDTH = 640;
const HEIGHT = 170;
const LEFT = 64;
const RIGHT = 12;
const TOP = 12;
const BOTTOM = 26;

export const escapeText = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');

/** A series with its budget, what comes next and how sure that is: an inline SVG without script or style of its own. */
export function plotOf(trend: ShownTrend): string {
  const { title, unit, values, told, limit } = trend;
  const ahead = told?.forecast;
  const days = values.length + (ahead?.mean.length ?? 0);
  const known = values.filter((value) => value !== null);
  const highest = Math.max(1e-9, ...known, ...(ahead?.upper ?? []));
  const lowest = Math.min(0, ...known, ...(ahead?.lower ?? []));
  // A budget far above everything would press the values to the ground: it is said in words instead.
  const isLimitShown = limit !== null && limit <= highest * 3 && limit >= lowest;
  const top = isLimitShown ? Math.max(highest, limit) * 1.05 : highest * 1.05;
  const x = (day: number) => LEFT + ((WIDTH - LEFT - RIGHT) * (day + 0.5)) / Math.max(1, days);
  const y = (value: number) => TOP + (HEIGHT - TOP - BOTTOM) * (1 - (value - lowest) / (top - lowest));
  const first = dateAfter(trend.firstDate, trend.hidden);
  const last = dateAfter(first, Math.max(0, days - 1));
  const parts = [
    `<line class="axis" x1="${LEFT}" y1="${at(y(lowest))}" x2="${WIDTH - RIGHT}" y2="${at(y(lowest))}"/>`,
    label(LEFT - 6, y(highest) + 4, amountOf(highest, unit), 'end'),
    label(LEFT - 6, y(lowest), amountOf(lowest, unit), 'end'),
    label(LEFT, HEIGHT - 8, first, 'start'),
    label(WIDTH - RIGHT, HEIGHT - 8, last, 'end'),
  ];
  if (isLimitShown) {
    parts.push(`<line class="limit" x1="${LEFT}" y1="${at(y(limit))}" x2="${WIDTH - RIGHT}" y2="${at(y(limit))}"/>`);
    parts.push(label(WIDTH - RIGHT, y(limit) - 4, `budget ${amountOf(limit, unit)}`, 'end'));
  }
  if (ahead !== undefined && ahead.mean.length > 0) {
    const place = (index: number) => x(values.length + index);
    const over = ahead.upper.map((value, index) => `${at(place(index))},${at(y(value))}`);
    const under = ahead.lower.map((value, index) => `${at(place(index))},${at(y(value))}`).reverse();
    parts.push(`<polygon class="band" points="${[...over, ...under].join(' ')}"/>`);
    parts.push(
      `<polyline class="ahead" points="${ahead.mean.map((value, index) => `${at(place(index))},${at(y(value))}`).join(' ')}"/>`,
    );
  }
  parts.push(...lines(values, x, y));
  const said = `${title}: ${known.length} days observed, newest ${amountOf(values.findLast((value) => value !== null) ?? 0, unit)}`;
  return `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escapeText(said)}">${parts.join('')}</svg>`;
}

/** A day without a value breaks the line: joining over it would claim what nobody saw. */
function lines(values: readonly (number | null)[], x: (day: number) => number, y: (value: number) => number): string[] {
  const runs: string[][] = [];
  let isOpen = false;
  for (const [day, value] of values.entries()) {
    if (value === null) {
      isOpen = false;
      continue;
    }
    if (!isOpen) runs.push([]);
    isOpen = true;
    runs.at(-1)?.push(`${at(x(day))},${at(y(value))}`);
  }
  return runs.map((points) => {
    const [only] = points;
    if (points.length > 1 || only === undefined) return `<polyline class="line" points="${points.join(' ')}"/>`;
    const [cx, cy] = only.split(',');
    return `<circle class="dot" cx="${cx}" cy="${cy}" r="3"/>`;
  });
}

const at = (place: number): string => String(Number(place.toFixed(1)));
const label = (x: number, y: number, text: string, anchor: 'start' | 'end'): string =>
  `<text x="${at(x)}" y="${at(y)}" text-anchor="${anchor}">${escapeText(text)}</text>`;
