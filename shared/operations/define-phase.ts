import type { PhaseName } from '../domain/catalog.ts';
import type { Json } from '../domain/json.ts';
import type { GuardrailResult, Operation, PhaseDefinition, SnapshotLevels } from '../domain/operation.ts';
import type { Revision } from '../domain/revision.ts';
import type { Checkpoint } from '../domain/run.ts';
import type { Bindings } from '../domain/ticket.ts';
import type { PortMap } from '../ports/port-map.ts';

interface Declared {
  readonly name: PhaseName;
  readonly operations: readonly Operation<PortMap>[];
  readonly onFailure: 'keep-checking' | 'roll-back';
}

/**
 * A phase is a list. What its ending means for the day is read from what its operations left as output, by the name of
 * the field, whichever operation it was.
 */
export function definePhase(declared: Declared): PhaseDefinition<PortMap> {
  return {
    ...declared,
    bindings: (checkpoints) => outputField<Bindings>(checkpoints, 'bindings'),
    moved: (checkpoints) => outputField<readonly string[]>(checkpoints, 'moved') ?? [],
    revision: (checkpoints) => outputField<Omit<Revision, 'at' | 'runId'>>(checkpoints, 'revision'),
    degradedServices: (checkpoints) => outputField<readonly string[]>(checkpoints, 'degradedServices'),
    snapshotLevels: (checkpoints) => outputField<SnapshotLevels>(checkpoints, 'snapshotLevels'),
    guardrailResults: (checkpoints) =>
      checkpoints
        .filter(({ failure }) => failure === 'compliance')
        .flatMap((checkpoint) => field<readonly GuardrailResult[]>(checkpoint.output, 'results') ?? []),
  };
}

function outputField<T>(checkpoints: readonly Checkpoint[], name: string): T | undefined {
  return checkpoints.map(({ output }) => field<T>(output, name)).findLast((value) => value !== undefined);
}

function field<T>(output: Json, name: string): T | undefined {
  if (output === null || typeof output !== 'object' || Array.isArray(output)) return undefined;
  return (output as Record<string, unknown>)[name] as T | undefined;
}
