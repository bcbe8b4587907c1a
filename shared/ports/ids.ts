/** Randomness, as an argument. */
export interface Ids {
  /** A new identifier that no other worker makes: `[a-z0-9]{20}`. */
  unique(): string;
  /** In [0, 1): jitter. */
  random(): number;
}
