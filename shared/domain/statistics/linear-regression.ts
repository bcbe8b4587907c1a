import { requireNumbers } from './checks.ts';

export type LinearRegression = {
  /** Intercept first, then one per predictor, in the order given. */
  coefficients: number[];
  standardErrors: number[];
  /** Square root of the residual sum of squares over n - p. */
  residualStandardDeviation: number;
  rSquared: number;
  residualDegreesOfFreedom: number;
};

type Columns = readonly Float64Array[];

function dot(a: Float64Array, b: Float64Array): number {
  // Neumaier's compensated sum: the orthogonalisation below is only as exact as its inner products.
  let total = 0;
  let lost = 0;
  for (let i = 0; i < a.length; i++) {
    const term = (a[i] as number) * (b[i] as number);
    const next = total + term;
    lost += Math.abs(total) >= Math.abs(term) ? total - next + term : term - next + total;
    total = next;
  }
  return total + lost;
}

function subtractMultiple(target: Float64Array, factor: number, source: Float64Array): void {
  for (let i = 0; i < target.length; i++) target[i] = (target[i] as number) - factor * (source[i] as number);
}

function mean(xs: ArrayLike<number>): number {
  const ones = new Float64Array(xs.length).fill(1);
  return dot(Float64Array.from(xs), ones) / xs.length;
}

type Orthogonal = { q: Float64Array[]; r: number[][] };

/** Modified Gram-Schmidt, each column twice ("twice is enough", Kahan): as stable as Householder's for this use. */
function orthogonalise(columns: Columns): Orthogonal {
  const q: Float64Array[] = [];
  const r: number[][] = columns.map(() => new Array<number>(columns.length).fill(0));
  columns.forEach((column, j) => {
    const rest = Float64Array.from(column);
    const size = Math.sqrt(dot(rest, rest));
    for (let pass = 0; pass < 2; pass++) {
      q.forEach((unit, i) => {
        const share = dot(unit, rest);
        const row = r[i] as number[];
        row[j] = (row[j] as number) + share;
        subtractMultiple(rest, share, unit);
      });
    }
    const norm = Math.sqrt(dot(rest, rest));
    if (norm <= size * 1e-13) {
      throw new RangeError(`linearRegression: predictor ${j + 1} is constant or a combination of the others`);
    }
    (r[j] as number[])[j] = norm;
    q.push(rest.map((value) => value / norm));
  });
  return { q, r };
}

function solveUpper(r: readonly number[][], right: readonly number[]): number[] {
  const x = new Array<number>(right.length).fill(0);
  for (let i = right.length - 1; i >= 0; i--) {
    let value = right[i] as number;
    for (let j = i + 1; j < right.length; j++) value -= (r[i]?.[j] as number) * (x[j] as number);
    x[i] = value / (r[i]?.[i] as number);
  }
  return x;
}

/** Least squares with two rounds of refinement: the residual is fitted again, which wins back the digits lost. */
function leastSquares(
  columns: Columns,
  y: Float64Array,
  { q, r }: Orthogonal,
): { beta: number[]; residual: Float64Array } {
  let beta = new Array<number>(columns.length).fill(0);
  let residual = Float64Array.from(y);
  for (let round = 0; round < 3; round++) {
    const rest = Float64Array.from(residual);
    const shares = q.map((unit) => {
      const share = dot(unit, rest);
      subtractMultiple(rest, share, unit);
      return share;
    });
    const step = solveUpper(r, shares);
    beta = beta.map((value, j) => value + (step[j] as number));
    residual = Float64Array.from(y);
    columns.forEach((column, j) => {
      subtractMultiple(residual, beta[j] as number, column);
    });
  }
  return { beta, residual };
}

/** Diagonal of (R'R)^-1: the squared length of each row of R^-1. */
function inverseDiagonal(r: readonly number[][]): number[] {
  const inverseColumns = r.map((_, j) =>
    solveUpper(
      r,
      r.map((__, i) => (i === j ? 1 : 0)),
    ),
  );
  return r.map((_, i) => inverseColumns.reduce((total, column) => total + (column[i] as number) ** 2, 0));
}

/**
 * Ordinary least squares with an intercept, on centred and scaled columns by an orthogonal factorisation: the
 * certified values of NIST's StRD sets Norris and Longley to 1e-9.
 * @param predictors one list per predictor, each as long as ys
 * @throws RangeError for lengths that differ, too few points, a predictor that is a combination of the others
 */
export function linearRegression(predictors: readonly ArrayLike<number>[], ys: ArrayLike<number>): LinearRegression {
  const count = predictors.length;
  if (count === 0) throw new RangeError('linearRegression: no predictor was given');
  requireNumbers('linearRegression ys', ys, count + 2);
  predictors.forEach((xs, j) => {
    requireNumbers(`linearRegression predictor ${j + 1}`, xs, count + 2);
    if (xs.length !== ys.length) {
      throw new RangeError(`linearRegression: predictor ${j + 1} has ${xs.length} values, ys has ${ys.length}`);
    }
  });
  const n = ys.length;
  const meanY = mean(ys);
  const means = predictors.map(mean);
  const y = Float64Array.from(ys, (value) => value - meanY);
  const columns = predictors.map((xs, j) => Float64Array.from(xs, (value) => value - (means[j] as number)));
  const scales = columns.map((column) => Math.sqrt(dot(column, column)) || 1);
  const scaled = columns.map((column, j) => column.map((value) => value / (scales[j] as number)));

  const factors = orthogonalise(scaled);
  const { beta, residual } = leastSquares(scaled, y, factors);
  const slopes = beta.map((value, j) => value / (scales[j] as number));
  const residualDegreesOfFreedom = n - count - 1;
  const residualSum = dot(residual, residual);
  const variance = residualSum / residualDegreesOfFreedom;
  // The intercept is meanY - sum(mean_j * slope_j); its variance is var / n + mean' Cov(slopes) mean.
  const weights = solveLower(
    factors.r,
    means.map((value, j) => value / (scales[j] as number)),
  );
  const interceptSpread = 1 / n + weights.reduce((total, value) => total + value * value, 0);
  const spreads = inverseDiagonal(factors.r).map((value, j) => Math.sqrt(value) / (scales[j] as number));
  const totalSum = dot(y, y);
  return {
    coefficients: [slopes.reduce((rest, slope, j) => rest - slope * (means[j] as number), meanY), ...slopes],
    standardErrors: [Math.sqrt(variance * interceptSpread), ...spreads.map((spread) => Math.sqrt(variance) * spread)],
    residualStandardDeviation: Math.sqrt(variance),
    rSquared: totalSum === 0 ? 1 : 1 - residualSum / totalSum,
    residualDegreesOfFreedom,
  };
}

/** Solves R'w = right, forwards. */
function solveLower(r: readonly number[][], right: readonly number[]): number[] {
  const w: number[] = [];
  for (let i = 0; i < right.length; i++) {
    let value = right[i] as number;
    for (let j = 0; j < i; j++) value -= (r[j]?.[i] as number) * (w[j] as number);
    w.push(value / (r[i]?.[i] as number));
  }
  return w;
}
