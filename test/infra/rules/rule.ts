import type { Plan, Resource } from '../support/plan.ts';

/** A claim about the plan, and a way to break it that the claim must notice. */
export interface Rule {
  readonly claim: string;
  /** What contradicts the claim, each by its address. */
  readonly check: (plan: Plan) => readonly string[];
  /** Changes a copy of the plan as a careless commit would. */
  readonly breach: (plan: Plan) => Plan;
}

type Block = Readonly<Record<string, unknown>>;

export const of = (plan: Plan, type: string): readonly Resource[] =>
  plan.planned_values.root_module.resources.filter((resource) => resource.type === type);

/** The one block of that name; an empty object if there is none. */
export function block(values: Block, name: string): Block {
  const found = values[name];
  return Array.isArray(found) ? ((found[0] as Block | undefined) ?? {}) : {};
}

/** Changes the values of the first resource that fits. Throws if none does, so that a breach cannot miss its mark. */
export function changing(plan: Plan, fits: (resource: Resource) => boolean, values: Block): Plan {
  const copy = structuredClone(plan);
  const index = copy.planned_values.root_module.resources.findIndex(fits);
  const resource = copy.planned_values.root_module.resources[index];
  if (resource === undefined) throw new Error('no resource to break: the breach is out of date');
  copy.planned_values.root_module.resources[index] = { ...resource, values: { ...resource.values, ...values } };
  return copy;
}

export function adding(plan: Plan, type: string, values: Block): Plan {
  const copy = structuredClone(plan);
  copy.planned_values.root_module.resources.push({ address: `${type}.careless`, type, name: 'careless', values });
  return copy;
}

/** Changes one nested block of the first resource that fits. */
export function changingBlock(plan: Plan, fits: (resource: Resource) => boolean, name: string, values: Block): Plan {
  const resource = plan.planned_values.root_module.resources.find(fits);
  if (resource === undefined) throw new Error('no resource to break: the breach is out of date');
  return changing(plan, fits, { [name]: [{ ...block(resource.values, name), ...values }] });
}
