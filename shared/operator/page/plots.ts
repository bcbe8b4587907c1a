import { quantile } from '../../domain/statistics/quantile.ts';
import { type Html, html } from './html.ts';
import { duration } from './times.ts';

export interface Bar {
  readonly label: string;
  readonly ms: number;
  readonly tone: string;
}

const WIDTH = 320;
const HEIGHT = 80;
const ROOM = 14;

/** How long each slot took, beside its budget: the dashed line. Told in words for whoever does not see it. */
export function durationPlot(title: string, bars: readonly Bar[], budgetSeconds: number): Html {
  if (bars.length === 0) return html`<p class="soft">${title}: nothing has run yet.</p>`;
  const times = bars.map(({ ms }) => ms);
  const budgetMs = budgetSeconds * 1000;
  const top = Math.max(budgetMs, ...times) * 1.05;
  const y = (ms: number) => HEIGHT - (ms / top) * (HEIGHT - ROOM);
  const step = WIDTH / Math.max(bars.length, 10);
  const words = `${title}: ${bars.length} run${bars.length === 1 ? '' : 's'}, median ${duration(quantile(times, 0.5))}, longest ${duration(Math.max(...times))}, budget ${duration(budgetMs)}`;
  const drawn = bars.map(({ ms, tone }, index) => {
    const height = Math.max(2, HEIGHT - y(ms));
    return html`<rect class="bar ${tone}" x="${(index * step).toFixed(1)}" y="${(HEIGHT - height).toFixed(1)}" width="${(step * 0.7).toFixed(1)}" height="${height.toFixed(1)}"/>`;
  });
  const line = y(budgetMs).toFixed(1);
  return html`<figure><svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${words}"><path class="budget" d="M0 ${line}H${WIDTH}"/>${drawn}</svg><figcaption class="soft">${words}</figcaption></figure>`;
}
