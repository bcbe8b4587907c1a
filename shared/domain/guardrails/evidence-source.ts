import type { Configuration } from '../configuration/index.ts';

/** One entry of the configuration's `evidence`. */
export type EvidenceSource = Configuration['evidence'][string];
