import type { Engine } from '../engine/engine.ts';
import type { IdentityVerifier } from '../operator/identity/identity.ts';
import type { Messenger } from '../ports/messenger.ts';

/** What a process needs to serve functions: the engine over its adapters, and the way to end it. */
export interface Runtime {
  readonly engine: Engine;
  readonly messenger: Messenger;
  /** Who asks the operator. Left out, the assertion of Identity-Aware Proxy alone is believed. */
  readonly identity?: IdentityVerifier;
  /** This process may read all that the phases read: it need not ask their functions for a dry-run. */
  readonly dryRunsHere?: boolean;
  /** Brings the process's clock up to date before a message is judged; a no-op on a real clock. */
  refreshClock(): Promise<void>;
  /** Gives a pushed message the publish time of a test day's shared clock, which Pub/Sub does not know. */
  restamp?(data: unknown): unknown;
  /** `highnoon-t-90-prep`, or `highnoon-<env>-t-90-prep` outside the main environment. */
  resourceName(name: string): string;
  close(): Promise<void>;
}
