import { type Register, type RiskAct, withAct, worstFirst } from '../domain/risk/register.ts';
import type { Engine } from './engine.ts';

/** The register that a review left, by its date. */
export const registerPath = (date: string): string => `risks/${date}`;
/** What people said of risks since. */
export const RISK_ACTS_PATH = 'controls/risks';

export interface RiskActs {
  /** By the id of the risk. */
  readonly acts: Readonly<Record<string, RiskAct>>;
}

/** The newest register of a date before this one. */
export async function registerBefore(engine: Engine, date: string): Promise<Register | undefined> {
  const found = await engine.documents.query<Register>('risks', {
    where: [{ field: 'date', op: '<', value: date }],
    orderBy: { field: 'date', direction: 'desc' },
    limit: 1,
  });
  return found[0]?.data;
}

/** The newest register with what people did since; undefined before the first review. */
export async function currentRegister(engine: Engine): Promise<Register | undefined> {
  // No date is later than this one.
  const [register, acts] = await Promise.all([
    registerBefore(engine, '9999-12-31'),
    engine.documents.get<RiskActs>(RISK_ACTS_PATH),
  ]);
  if (register === undefined) return undefined;
  const risks = register.risks.map((risk) => withAct(risk, acts?.acts[risk.id])).sort(worstFirst);
  return { ...register, risks };
}
