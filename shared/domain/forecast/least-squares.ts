import { Scratch } from './median.ts';

/** Weighted least squares with a penalty on each coefficient, small enough to be solved by Cholesky's factorisation. */
export type LeastSquares = {
  coefficients: Float64Array;
  /** Degrees of freedom used: the trace of the hat matrix, below the number of coefficients where penalties bite. */
  freedom: number;
  /** log of the determinant of the penalised normal matrix, and the penalised sum of squares at its minimum. */
  logDeterminant: number;
  squares: number;
  /** Variance factor of a prediction at a row: times the error variance it is the variance of the fitted mean. */
  leverageOf(row: Float64Array): number;
  /** The coefficients that another target would get, from its products with the columns. */
  solve(products: Float64Array): Float64Array;
};

/** Keeps the factorisation from failing on columns that the weights have emptied. */
const TINY = 1e-9;

/** A square matrix row after row in one array: a review solves some hundred thousand of them, each a few columns wide. */
type Square = Float64Array;

const scratch = new Scratch();

function cholesky(matrix: Square, size: number): Square {
  const lower = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let value = matrix[i * size + j] as number;
      for (let k = 0; k < j; k++) value -= (lower[i * size + k] as number) * (lower[j * size + k] as number);
      lower[i * size + j] = i === j ? Math.sqrt(Math.max(value, TINY)) : value / (lower[j * size + j] as number);
    }
  }
  return lower;
}

/** Into `result`, which may be `right` itself. */
function forward(lower: Square, right: Float64Array, result: Float64Array): Float64Array {
  const size = right.length;
  for (let i = 0; i < size; i++) {
    let value = right[i] as number;
    for (let k = 0; k < i; k++) value -= (lower[i * size + k] as number) * (result[k] as number);
    result[i] = value / (lower[i * size + i] as number);
  }
  return result;
}

/** In place. */
function backward(lower: Square, result: Float64Array): Float64Array {
  const size = result.length;
  for (let i = size - 1; i >= 0; i--) {
    let value = result[i] as number;
    for (let k = i + 1; k < size; k++) value -= (lower[k * size + i] as number) * (result[k] as number);
    result[i] = value / (lower[i * size + i] as number);
  }
  return result;
}

/** The weighted products of the columns with each other and with the values: made once, solved with many penalties. */
export type NormalEquations = {
  gram: Square;
  right: Float64Array;
  squaresOf(coefficients: Float64Array): number;
};

export function normalEquations(
  rows: readonly Float64Array[],
  ys: Float64Array,
  weights: Float64Array,
): NormalEquations {
  const size = rows[0]?.length ?? 0;
  const gram = new Float64Array(size * size);
  const right = new Float64Array(size);
  const used = new Int32Array(size);
  for (let t = 0; t < rows.length; t++) {
    const row = rows[t] as Float64Array;
    const weight = weights[t] as number;
    const y = ys[t] as number;
    if (weight === 0) continue;
    // Most places of a row are 0: one weekday of seven.
    let count = 0;
    for (let i = 0; i < size; i++) if (row[i] !== 0) used[count++] = i;
    for (let a = 0; a < count; a++) {
      const i = used[a] as number;
      const weighted = weight * (row[i] as number);
      right[i] = (right[i] as number) + weighted * y;
      for (let b = 0; b <= a; b++) {
        const place = i * size + (used[b] as number);
        gram[place] = (gram[place] as number) + weighted * (row[used[b] as number] as number);
      }
    }
  }
  const squaresOf = (coefficients: Float64Array): number => {
    let total = 0;
    for (let t = 0; t < rows.length; t++) {
      const weight = weights[t] as number;
      if (weight !== 0) total += weight * ((ys[t] as number) - dot(rows[t] as Float64Array, coefficients)) ** 2;
    }
    return total;
  };
  return { gram, right, squaresOf };
}

export function leastSquares(
  rows: readonly Float64Array[],
  ys: Float64Array,
  weights: Float64Array,
  penalties: Float64Array,
): LeastSquares {
  return solveWith(normalEquations(rows, ys, weights), penalties);
}

export function solveWith({ gram, right, squaresOf }: NormalEquations, penalties: Float64Array): LeastSquares {
  const size = penalties.length;
  const penalised = Float64Array.from(gram);
  for (let j = 0; j < size; j++) {
    const place = j * size + j;
    penalised[place] = (penalised[place] as number) + (penalties[j] as number) + TINY;
  }
  const lower = cholesky(penalised, size);
  const solve = (products: Float64Array): Float64Array =>
    backward(lower, forward(lower, products, new Float64Array(size)));
  const coefficients = solve(right);
  const leverageOf = (row: Float64Array): number => {
    const half = forward(lower, row, scratch.take(size));
    return dot(half, half);
  };
  // trace(W X A^-1 X') = size - sum of penalty_j (A^-1)_jj, without a pass over the rows.
  let freedom = size;
  const unit = new Float64Array(size);
  for (let j = 0; j < size; j++) {
    unit.fill(0)[j] = 1;
    freedom -= ((penalties[j] as number) + TINY) * leverageOf(unit);
  }
  const squares = coefficients.reduce(
    (sum, value, j) => sum + (penalties[j] as number) * value * value,
    squaresOf(coefficients),
  );
  let logDeterminant = 0;
  for (let j = 0; j < size; j++) logDeterminant += 2 * Math.log(lower[j * size + j] as number);
  return { coefficients, freedom, logDeterminant, squares, leverageOf, solve };
}

export function dot(a: Float64Array, b: Float64Array): number {
  let total = 0;
  for (let i = 0; i < a.length; i++) total += (a[i] as number) * (b[i] as number);
  return total;
}
