/** One figure of a bench. A ratio is to the floor or peer named in `of`, measured in the same run. */
export interface Row {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  readonly ratio?: number;
  readonly of?: string;
  /** The figure to reach, at most; of the ratio where there is one. `least`: at least. */
  readonly reach?: number;
  readonly least?: boolean;
}

export const isJson = process.argv.includes('--json');
export const isQuick = process.argv.includes('--quick');

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

export function quantile(values: readonly number[], p: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * p))] ?? Number.NaN;
}

/** The exponent of cost ~ size^exponent, by least squares over logarithms: 1 is linear, 0 is constant. */
export function fittedExponent(points: readonly { readonly size: number; readonly cost: number }[]): number {
  const logs = points.map(({ size, cost }) => [Math.log(size), Math.log(Math.max(cost, 1e-9))] as const);
  const meanX = logs.reduce((sum, [x]) => sum + x, 0) / logs.length;
  const meanY = logs.reduce((sum, [, y]) => sum + y, 0) / logs.length;
  const over = logs.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0);
  const under = logs.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
  return over / under;
}

export function isReached({ value, ratio, reach, least }: Row): boolean | undefined {
  if (reach === undefined) return undefined;
  const figure = ratio ?? value;
  return least === true ? figure >= reach : figure <= reach;
}

/**
 * A table for people, or with --json one line for machines. With --quick no figure is judged: its sizes are only to see that
 * the bench runs.
 */
export function tell(bench: string, rows: readonly Row[]): void {
  if (isJson) {
    console.log(JSON.stringify({ bench, ...(isQuick ? { quick: true } : {}), rows }));
    return;
  }
  if (isQuick) console.log('(quick: not judged)');
  for (const row of rows) {
    const { what, value, unit, ratio, of } = row;
    const number = Number.isInteger(value) ? String(value) : value.toFixed(Math.abs(value) < 10 ? 3 : 1);
    const beside = ratio === undefined ? '' : `  ${ratio.toFixed(2)} x ${of}`;
    console.log(`${what.padEnd(52)} ${number.padStart(12)} ${unit.padEnd(10)}${beside}${verdictOf(row)}`.trimEnd());
  }
  const judged = rows.map(isReached).filter((reached) => reached !== undefined);
  if (!isQuick && judged.length > 0)
    console.log(`${judged.filter(Boolean).length} of ${judged.length} targets reached`);
}

function verdictOf(row: Row): string {
  const reached = isReached(row);
  if (reached === undefined || isQuick) return '';
  return `  ${reached ? 'reached' : 'NOT reached'} (${row.least === true ? '>=' : '<='} ${row.reach})`;
}
