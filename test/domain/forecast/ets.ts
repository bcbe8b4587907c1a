import type { Interval } from './score.ts';
import { HORIZON, SEASON } from './suite.ts';

/**
 * The peer: ETS(A,Ad,A), additive damped trend and additive season in innovations form (Hyndman et al. 2008), by maximum
 * likelihood as statsmodels' ETSModel does with estimated start values. Given the four smoothing parameters the errors
 * are linear in the nine start values, so those come from least squares and the search has four dimensions.
 */
const STATES = 2 + SEASON;

type Parameters = { alpha: number; beta: number; gamma: number; phi: number };

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
/** The usual region: beta below alpha, gamma below 1 - alpha, phi in 0.8..0.98. */
function parametersAt(point: readonly number[]): Parameters {
  const [a, b, c, d] = point as [number, number, number, number];
  const alpha = 1e-4 + 0.9998 * sigmoid(a);
  return { alpha, beta: alpha * sigmoid(b), gamma: (1 - alpha) * sigmoid(c), phi: 0.8 + 0.18 * sigmoid(d) };
}

/** Errors of the recursions from a start state (level, trend, seasonal terms with the first value's first). */
function run(
  ys: readonly number[],
  { alpha, beta, gamma, phi }: Parameters,
  start: readonly number[],
): { errors: number[]; state: number[] } {
  let level = start[0] as number;
  let trend = start[1] as number;
  const seasonal = start.slice(2);
  const errors = ys.map((y, t) => {
    const place = t % SEASON;
    const error = y - (level + phi * trend + (seasonal[place] as number));
    level += phi * trend + alpha * error;
    trend = phi * trend + beta * error;
    seasonal[place] = (seasonal[place] as number) + gamma * error;
    return error;
  });
  const from = ys.length % SEASON;
  return { errors, state: [level, trend, ...seasonal.slice(from), ...seasonal.slice(0, from)] };
}

/** Ordinary least squares by normal equations with a whiff of ridge: level and season share one direction. */
function solve(columns: readonly number[][], target: readonly number[]): number[] {
  const size = columns.length;
  const product = (a: readonly number[], b: readonly number[]): number =>
    a.reduce((sum, value, i) => sum + value * (b[i] as number), 0);
  const rows = columns.map((column, i) => [
    ...columns.map((other, j) => product(column, other) + (i === j ? 1e-6 : 0)),
    product(column, target),
  ]);
  for (let pivot = 0; pivot < size; pivot++) {
    const top = rows[pivot] as number[];
    for (let below = pivot + 1; below < size; below++) {
      const row = rows[below] as number[];
      const factor = (row[pivot] as number) / (top[pivot] as number);
      for (let k = pivot; k <= size; k++) row[k] = (row[k] as number) - factor * (top[k] as number);
    }
  }
  const x = new Array<number>(size).fill(0);
  for (let i = size - 1; i >= 0; i--) {
    const row = rows[i] as number[];
    let value = row[size] as number;
    for (let k = i + 1; k < size; k++) value -= (row[k] as number) * (x[k] as number);
    x[i] = value / (row[i] as number);
  }
  return x;
}

type Fitted = { parameters: Parameters; start: number[]; squares: number };

function fitAt(ys: readonly number[], parameters: Parameters): Fitted {
  const zero = new Array<number>(STATES).fill(0);
  const { errors: base } = run(ys, parameters, zero);
  const silent = ys.map(() => 0);
  const columns = zero.map((_, i) =>
    run(
      silent,
      parameters,
      zero.map((__, j) => (i === j ? 1 : 0)),
    ).errors.map((e) => -e),
  );
  const start = solve(columns, base);
  const squares = run(ys, parameters, start).errors.reduce((sum, e) => sum + e * e, 0);
  return { parameters, start, squares };
}

/** Nelder and Mead's simplex search, fixed coefficients and a fixed number of rounds. */
function minimise(cost: (point: readonly number[]) => number, from: readonly number[], rounds: number): number[] {
  const simplex = [from, ...from.map((_, i) => from.map((value, j) => (i === j ? value + 1.5 : value)))].map(
    (point) => ({ point: [...point], value: cost(point) }),
  );
  for (let round = 0; round < rounds; round++) {
    simplex.sort((a, b) => a.value - b.value);
    const worst = simplex[from.length] as { point: number[]; value: number };
    const centre = from.map(
      (_, j) => simplex.slice(0, -1).reduce((sum, { point }) => sum + (point[j] as number), 0) / from.length,
    );
    const at = (factor: number) => {
      const point = centre.map((value, j) => value + factor * ((worst.point[j] as number) - value));
      return { point, value: cost(point) };
    };
    const reflected = at(-1);
    const second = (simplex[from.length - 1] as { value: number }).value;
    let next = reflected;
    if (reflected.value < (simplex[0] as { value: number }).value) {
      const expanded = at(-2);
      if (expanded.value < reflected.value) next = expanded;
    } else if (reflected.value >= second) next = at(reflected.value < worst.value ? -0.5 : 0.5);
    if (next.value < worst.value) simplex[from.length] = next;
    else {
      const best = (simplex[0] as { point: number[] }).point;
      for (let i = 1; i <= from.length; i++) {
        const point = (simplex[i] as { point: number[] }).point.map((value, j) => ((best[j] as number) + value) / 2);
        simplex[i] = { point, value: cost(point) };
      }
    }
  }
  simplex.sort((a, b) => a.value - b.value);
  return (simplex[0] as { point: number[] }).point;
}

/** Forecast and 95 % interval, the latter by the model's own formula for the variance ahead. */
export function ets(past: readonly number[]): Interval {
  // Searched on values of deviation about 1, so that the ridge means the same for every series.
  const mean = past.reduce((sum, y) => sum + y, 0) / past.length;
  const scale = Math.sqrt(past.reduce((sum, y) => sum + (y - mean) ** 2, 0) / past.length) || 1;
  const ys = past.map((y) => (y - mean) / scale);
  const starts = [
    [-2, -3, -3, 1],
    [-4, -4, -4, 2],
    [0, -3, -4, 1],
  ];
  const fits = starts.map((start) =>
    fitAt(ys, parametersAt(minimise((point) => fitAt(ys, parametersAt(point)).squares, start, 60))),
  );
  const best = fits.reduce((a, b) => (b.squares < a.squares ? b : a));
  const { alpha, beta, gamma, phi } = best.parameters;
  const { state } = run(ys, best.parameters, best.start);
  const sigma = Math.sqrt(best.squares / ys.length);
  const result = { mean: [] as number[], lower: [] as number[], upper: [] as number[] };
  let damped = 0;
  let variance = 1;
  for (let h = 1; h <= HORIZON; h++) {
    damped += phi ** h;
    const z = (state[0] as number) + damped * (state[1] as number) + (state[2 + ((h - 1) % SEASON)] as number);
    const centre = mean + scale * z;
    const half = 1.959964 * scale * sigma * Math.sqrt(variance);
    result.mean.push(centre);
    result.lower.push(centre - half);
    result.upper.push(centre + half);
    // Weight of this step's error on the next: c_h = alpha + beta * (phi + ... + phi^h) + gamma at whole seasons.
    variance += (alpha + beta * damped + (h % SEASON === 0 ? gamma : 0)) ** 2;
  }
  return result;
}
