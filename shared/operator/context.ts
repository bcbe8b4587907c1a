import type { PhaseName } from '../domain/catalog.ts';
import type { Engine, Phase } from '../engine/engine.ts';
import type { IdentityVerifier } from './identity/identity.ts';

/** What the operator works with. */
export interface OperatorContext {
  readonly engine: Engine;
  readonly verifier: IdentityVerifier;
  /** Loaded when a dry-run asks for it: a look at the page needs no phase. */
  loadPhase(name: PhaseName): Promise<Phase>;
  /** Whether this process may read all that a phase reads; the operator of the cloud may not, and asks the phase's own. */
  readonly dryRunsHere: boolean;
  /** `highnoon-t-90-prep`: what commands on the page name. */
  resourceName(name: string): string;
}
