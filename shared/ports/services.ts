import type { Instant } from '../domain/time.ts';

/** One share of a service's traffic. */
export interface TrafficShare {
  readonly revision: string;
  /** 0..100 */
  readonly percent: number;
  readonly tag?: string;
}

/** A deployed service as its platform describes it (Cloud Run; locally a small registry with the same rules). */
export interface ServiceState {
  readonly name: string;
  /** Changes with every change of the service: what compare-and-set compares. */
  readonly etag: string;
  readonly reconciling: boolean;
  /** The terminal condition succeeded. */
  readonly ready: boolean;
  /** The platform has acted on the newest generation. */
  readonly generationObserved: boolean;
  readonly latestReadyRevision: string | null;
  readonly latestCreatedRevision: string | null;
  readonly traffic: readonly TrafficShare[];
  /** The highest fencing token that ever moved or fenced this service; 0 before the first. */
  readonly token: number;
}

export interface RevisionState {
  readonly name: string;
  readonly createdAt: Instant;
  readonly ready: boolean;
  /** As deployed: `HOST/NAME@sha256:...` when pinned by digest, else with a tag. */
  readonly image: string;
  readonly serviceAccount: string | null;
  /** Plain values only; a variable that comes from a secret appears as `secret:NAME`. */
  readonly environment: Readonly<Record<string, string>>;
  readonly concurrency: number | null;
  /** vCPUs */
  readonly cpu: number | null;
  readonly livenessProbe: { readonly path: string } | null;
  readonly startupProbe: { readonly path: string } | null;
  readonly runtime: string | null;
}

export interface ServicesPort {
  /** Throws `not-found`, `permission-denied`, `unavailable`. */
  describe(service: string, signal?: AbortSignal): Promise<ServiceState>;
  revision(service: string, revision: string, signal?: AbortSignal): Promise<RevisionState>;
  /** Names of all services in the project and region. */
  list(signal?: AbortSignal): Promise<readonly string[]>;
  /**
   * Moves all traffic to one revision, if the service still has this etag and no higher token, and waits until the
   * platform has done it. Throws `precondition-failed` when it has another etag or a higher token.
   */
  moveTraffic(
    service: string,
    move: { readonly to: string; readonly etag: string; readonly token: number; readonly signal?: AbortSignal },
  ): Promise<void>;
  /** Raises the service's token and changes nothing else; a token that is already there is no error, a higher one is `precondition-failed`. */
  fence(service: string, token: number, signal?: AbortSignal): Promise<void>;
}
