import type { Instant } from '../../../domain/time.ts';

/** The parts of a request that the servers of the sample world look at. */
export interface SampleRequest {
  readonly path: string;
  readonly authorization: string | undefined;
  readonly cookie: string | undefined;
}

export interface SampleAnswer {
  readonly status: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface SampleWorld {
  readonly now: Instant;
  /** What the reasoning gateway takes for a caller's credential, and what the shop signs its sessions with. */
  readonly token: string;
}
