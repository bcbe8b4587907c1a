/**
 * The bounds of one policy. Steps follow the cost limits that Kubernetes sets on CEL rules (1,000,000 a call,
 * 10,000,000 in all); the sizes are set so that each worst case known to the tests ends within 100 ms.
 */
export const LIMITS = {
  /** Source of an expression, in UTF-8 bytes. */
  expressionBytes: 4096,
  /** Levels of brackets, of unary operators in a row, of operators in a chain, and of the syntax tree. */
  depth: 64,
  /** Steps of one call. A step is one visited node of the tree, or a fixed amount of work on data. */
  stepsPerCall: 1_000_000,
  /** Steps of all calls that share a budget. */
  stepsInAll: 10_000_000,
  /** A string or byte sequence that an expression builds, in UTF-16 units or bytes. */
  builtLength: 1_048_576,
  /** A regular expression, in UTF-16 units. */
  patternLength: 512,
  /** Instructions that a regular expression may expand to, counted before it is compiled. */
  patternInstructions: 2_000,
  /** Levels of lists and maps that equality, formatting and results follow. */
  valueDepth: 128,
} as const;
