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

function cholesky(matrix: Float64Array[]): Float64Array[] {
  const size = matrix.length;
  const lower = matrix.map(() => new Float64Array(size));
  for (let i = 0; i < size; i++) {
    const row = lower[i] as Float64Array;
    for (let j = 0; j <= i; j++) {
      const other = lower[j] as Float64Array;
      let value = (matrix[i] as Float64Array)[j] as number;
      for (let k = 0; k < j; k++) value -= (row[k] as number) * (other[k] as number);
      row[j] = i === j ? Math.sqrt(Math.max(value, TINY)) : value / (other[j] as number);
    }
  }
  return lower;
}

function forward(lower: readonly Float64Array[], right: Float64Array): Float64Array {
  const result = new Float64Array(right.length);
  for (let i = 0; i < right.length; i++) {
    const row = lower[i] as Float64Array;
    let value = right[i] as number;
    for (let k = 0; k < i; k++) value -= (row[k] as number) * (result[k] as number);
    result[i] = value / (row[i] as number);
  }
  return result;
}

function backward(lower: readonly Float64Array[], right: Float64Array): Float64Array {
  const result = new Float64Array(right.length);
  for (let i = right.length - 1; i >= 0; i--) {
    let value = right[i] as number;
    for (let k = i + 1; k < right.length; k++)
      value -= ((lower[k] as Float64Array)[i] as number) * (result[k] as number);
    result[i] = value / ((lower[i] as Float64Array)[i] as number);
  }
  return result;
}

/** The weighted products of the columns with each other and with the values: made once, solved with many penalties. */
export type NormalEquations = {
  gram: readonly Float64Array[];
  right: Float64Array;
  squaresOf(coefficients: Float64Array): number;
};

export function normalEquations(
  rows: readonly Float64Array[],
  ys: Float64Array,
  weights: Float64Array,
): NormalEquations {
  const size = rows[0]?.length ?? 0;
  const gram = Array.from({ length: size }, () => new Float64Array(size));
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
      const line = gram[i] as Float64Array;
      for (let b = 0; b <= a; b++) {
        const j = used[b] as number;
        line[j] = (line[j] as number) + weighted * (row[j] as number);
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
  const lower = cholesky(
    gram.map((line, i) => {
      const copy = Float64Array.from(line);
      copy[i] = (copy[i] as number) + (penalties[i] as number) + TINY;
      return copy;
    }),
  );
  const solve = (products: Float64Array): Float64Array => backward(lower, forward(lower, products));
  const coefficients = solve(right);
  const leverageOf = (row: Float64Array): number => {
    const half = forward(lower, row);
    return half.reduce((sum, value) => sum + value * value, 0);
  };
  // trace(W X A^-1 X') = size - sum of penalty_j (A^-1)_jj, without a pass over the rows.
  let freedom = size;
  for (let j = 0; j < size; j++) {
    const unit = new Float64Array(size);
    unit[j] = 1;
    freedom -= ((penalties[j] as number) + TINY) * leverageOf(unit);
  }
  const squares = coefficients.reduce(
    (sum, value, j) => sum + (penalties[j] as number) * value * value,
    squaresOf(coefficients),
  );
  const logDeterminant = lower.reduce((sum, row, j) => sum + 2 * Math.log(row[j] as number), 0);
  return { coefficients, freedom, logDeterminant, squares, leverageOf, solve };
}

export function dot(a: Float64Array, b: Float64Array): number {
  let total = 0;
  for (let i = 0; i < a.length; i++) total += (a[i] as number) * (b[i] as number);
  return total;
}
