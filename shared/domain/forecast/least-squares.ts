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

export function leastSquares(
  rows: readonly Float64Array[],
  ys: Float64Array,
  weights: Float64Array,
  penalties: Float64Array,
): LeastSquares {
  const size = penalties.length;
  const gram = Array.from({ length: size }, () => new Float64Array(size));
  const right = new Float64Array(size);
  rows.forEach((row, t) => {
    const weight = weights[t] as number;
    if (weight === 0) return;
    for (let i = 0; i < size; i++) {
      const weighted = weight * (row[i] as number);
      if (weighted === 0) continue;
      right[i] = (right[i] as number) + weighted * (ys[t] as number);
      const line = gram[i] as Float64Array;
      for (let j = 0; j <= i; j++) line[j] = (line[j] as number) + weighted * (row[j] as number);
    }
  });
  penalties.forEach((penalty, i) => {
    const line = gram[i] as Float64Array;
    line[i] = (line[i] as number) + penalty + TINY;
  });
  const lower = cholesky(gram);
  const solve = (products: Float64Array): Float64Array => backward(lower, forward(lower, products));
  const coefficients = solve(right);
  const leverageOf = (row: Float64Array): number => {
    const half = forward(lower, row);
    return half.reduce((total, value) => total + value * value, 0);
  };
  // trace(W X A^-1 X') = size - sum of penalty_j (A^-1)_jj, without a pass over the rows.
  let freedom = size;
  for (let j = 0; j < size; j++) {
    const unit = new Float64Array(size);
    unit[j] = 1;
    freedom -= ((penalties[j] as number) + TINY) * leverageOf(unit);
  }
  let squares = coefficients.reduce((total, value, j) => total + (penalties[j] as number) * value * value, 0);
  rows.forEach((row, t) => {
    squares += (weights[t] as number) * ((ys[t] as number) - dot(row, coefficients)) ** 2;
  });
  const logDeterminant = lower.reduce((total, row, j) => total + 2 * Math.log(row[j] as number), 0);
  return { coefficients, freedom, logDeterminant, squares, leverageOf, solve };
}

export function dot(a: Float64Array, b: Float64Array): number {
  let total = 0;
  for (let i = 0; i < a.length; i++) total += (a[i] as number) * (b[i] as number);
  return total;
}
