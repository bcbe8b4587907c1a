import assert from 'node:assert/strict';

/** Equal to 1e-9 relative to the expected value (absolute where that is below 1). */
export function closeTo(actual: number | undefined, expected: number, what: string, tolerance = 1e-9): void {
  const allowed = tolerance * Math.max(1, Math.abs(expected));
  assert.ok(
    actual !== undefined && Math.abs(actual - expected) <= allowed,
    `${what}: ${actual} is not ${expected} within ${allowed}`,
  );
}

export function allCloseTo(
  actual: readonly number[],
  expected: readonly number[],
  what: string,
  tolerance = 1e-9,
): void {
  assert.equal(actual.length, expected.length, `${what}: length`);
  expected.forEach((value, i) => {
    closeTo(actual[i], value, `${what}[${i}]`, tolerance);
  });
}
