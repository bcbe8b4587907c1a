import { catalog } from '../domain/catalog.ts';
import type { Configuration } from '../domain/configuration/index.ts';
import { UsageError } from '../domain/errors.ts';
import { LIMITS, type Limits } from '../engine/engine.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export const anchorsUriOf = ({ deployment }: Configuration): string =>
  `gs://${deployment.project_id}-highnoon${deployment.environment === 'production' ? '' : `-${deployment.environment}`}-anchors`;

/** The engine's limits: the catalog's, with a shorter lease where a test of crashes asks for one. */
export function limitsFrom(environment: Environment): Limits {
  const { engineBudgetSeconds, leaseSeconds } = catalog.function;
  const isEmulated = environment.FIRESTORE_EMULATOR_HOST !== undefined || environment.HIGHNOON_STORE !== 'firestore';
  return {
    ...LIMITS,
    budgetSeconds: secondsFrom(
      environment,
      'HIGHNOON_BUDGET_SECONDS',
      engineBudgetSeconds,
      isEmulated ? 1 : engineBudgetSeconds,
    ),
    leaseSeconds: secondsFrom(environment, 'HIGHNOON_LEASE_SECONDS', leaseSeconds, isEmulated ? 3 : 30),
  };
}

function secondsFrom(environment: Environment, name: string, usual: number, floor: number): number {
  const text = environment[name];
  if (text === undefined || text === '') return usual;
  const seconds = Number(text);
  if (!Number.isFinite(seconds) || seconds < floor || seconds > usual) {
    throw new UsageError(`${name} '${text}': a number of seconds from ${floor} to ${usual} is allowed`);
  }
  return seconds;
}
