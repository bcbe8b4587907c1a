import { InvariantError } from '../../domain/errors.ts';
import type { Grant, PlannedEffect, Probe, UndoPlan } from '../../domain/operation.ts';
import type { EffectRecord } from '../../domain/run.ts';
import type { GitObject, ObjectId, RefUpdate, Repository } from '../../ports/repositories.ts';
import { type RepositoryContext, seen } from './repository.ts';

export interface RefMove {
  readonly repository: Repository;
  readonly ref: string;
  /** Null: it does not exist yet. */
  readonly from: ObjectId | null;
  readonly to: ObjectId;
  readonly objects?: readonly GitObject[];
}

/** One ref of one repository, moved by compare-and-set in the same request as the fence. */
export function refEffect(context: RepositoryContext, move: RefMove): PlannedEffect {
  const { repository, ref, from, to, objects = [] } = move;
  const target = `repositories/${repository.name}/${ref}`;
  return {
    target,
    detail: from === null ? `create ${ref} at ${to}` : `move ${ref} from ${from} to ${to}`,
    args: { name: repository.name, url: repository.url, ref, from, to },
    pin: from,
    async probe() {
      const id = await readRef(context, repository, ref);
      return answer(context, target, repository, ref, id, id === to ? 'applied' : id === from ? 'pinned' : 'other');
    },
    call: (grant) => push(context, repository, grant, [{ ref, expectedOld: from, next: to }], objects),
  };
}

/** Puts the ref back to where it was, or away where there was none, if it still is where this run put it. */
export function undoRefMove(context: RepositoryContext, effect: EffectRecord): UndoPlan {
  const { repository, ref, from, to } = movedBy(effect);
  return {
    fence: (grant) => raiseFence(context, repository, grant),
    async probe() {
      const id = await readRef(context, repository, ref);
      // The pin is looked at first: where nothing was to move, both are the same.
      const state = id === from ? 'pinned' : id === to ? 'applied' : 'other';
      return answer(context, effect.target, repository, ref, id, state);
    },
    call: (grant) => push(context, repository, grant, [{ ref, expectedOld: to, next: from }], []),
  };
}

/** The arguments say it all: a rollback works although the configuration names the repository no more. */
function movedBy({ args, target }: EffectRecord): RefMove {
  const { name, url, ref, from, to } = args as Record<string, unknown>;
  const isId = (value: unknown): value is ObjectId => typeof value === 'string';
  if (typeof name !== 'string' || typeof url !== 'string' || typeof ref !== 'string' || !isId(to))
    throw new InvariantError(`${target}: its stored arguments do not say what was moved`);
  return { repository: { name, url }, ref, from: isId(from) ? from : null, to };
}

async function readRef(context: RepositoryContext, repository: Repository, ref: string): Promise<ObjectId | null> {
  const { refs } = await context.ports.repositories.listRefs(repository);
  return refs.get(ref) ?? null;
}

function answer(
  context: RepositoryContext,
  subject: string,
  repository: Repository,
  ref: string,
  id: ObjectId | null,
  state: Probe['state'],
): Probe {
  return { state, receipt: seen(context, subject, `${ref} of ${repository.name}`, id) };
}

async function push(
  context: RepositoryContext,
  repository: Repository,
  grant: Grant,
  updates: readonly RefUpdate[],
  objects: readonly GitObject[],
): Promise<void> {
  const claim = { token: grant.token, holder: context.runId };
  await context.ports.repositories.fencedPush(
    repository,
    { claim, at: context.now(), updates, objects },
    { signal: grant.signal },
  );
}

/**
 * From here on no push with a lower token can land, whatever the refs say. A fence that this very grant has raised
 * already is left where it is: three refs of a repository need one raise, not three.
 */
async function raiseFence(context: RepositoryContext, repository: Repository, grant: Grant): Promise<void> {
  const fence = await context.ports.repositories.readFence(repository, { signal: grant.signal });
  if (fence?.token === grant.token && fence.holder === context.runId) return;
  await push(context, repository, grant, [], []);
}
