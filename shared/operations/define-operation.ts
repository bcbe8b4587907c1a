import type { Json } from '../domain/json.ts';
import type { Operation, OperationContext, OperationOutcome, UndoPlan } from '../domain/operation.ts';
import type { EffectRecord } from '../domain/run.ts';
import type { PortMap } from '../ports/port-map.ts';

/** The context of an operation that named these ports, and sees no others. */
export type ContextOf<Needs extends keyof PortMap> = OperationContext<Pick<PortMap, Needs>>;

type Definition<Needs extends keyof PortMap> = Omit<Operation<PortMap>, 'needs' | 'run' | 'undo' | 'runShard'> & {
  readonly needs: readonly Needs[];
  run(context: ContextOf<Needs>): Promise<OperationOutcome>;
  undo?(context: ContextOf<Needs>, effect: EffectRecord): UndoPlan;
  runShard?(context: ContextOf<Needs>, work: Json): Promise<OperationOutcome>;
};

/** Declares an operation: data, and functions that see exactly the ports named in `needs`. */
export function defineOperation<Needs extends keyof PortMap>(definition: Definition<Needs>): Operation<PortMap> {
  return definition;
}
