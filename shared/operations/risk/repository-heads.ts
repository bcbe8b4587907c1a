import type { Configuration } from '../../domain/configuration/index.ts';
import { type Observation, unknown } from '../../domain/finding.ts';
import type { ObjectId, Repository } from '../../ports/repositories.ts';
import type { ContextOf } from '../define-operation.ts';
import { branchOf, lookOptions, portRepository, subjectOf } from '../repositories/repository.ts';
import { cannotTell } from '../support/cannot-tell.ts';
import { mapLimited } from '../support/map-limited.ts';

export interface Head {
  readonly name: string;
  readonly repository: Repository;
  readonly commit: ObjectId;
}

type Configured = Configuration['repositories'][number];

/** The default-branch heads of repositories; one that cannot be read is a finding that names it. */
export async function headsOf(
  context: ContextOf<'repositories'>,
  configured: readonly Configured[],
): Promise<{ readonly heads: readonly Head[]; readonly findings: readonly Observation[] }> {
  const looked = await mapLimited(configured, 8, (one) => headOf(context, one));
  return {
    heads: looked.flatMap((one) => ('commit' in one ? [one] : [])),
    findings: looked.flatMap((one) => ('commit' in one ? [] : [one])),
  };
}

async function headOf(context: ContextOf<'repositories'>, configured: Configured): Promise<Head | Observation> {
  const repository = portRepository(configured);
  const subject = subjectOf(configured);
  try {
    const { refs } = await context.ports.repositories.listRefs(repository, lookOptions(context));
    const commit = refs.get(branchOf(configured));
    if (commit !== undefined) return { name: configured.name, repository, commit };
    const message = `${configured.name} has no branch ${configured.default_branch}, so nothing in it can be looked at`;
    return unknown({ code: 'no-branch', subject, message, remedy: 'correct `default_branch`, or push it' });
  } catch (error) {
    return cannotTell(error, subject, `${configured.name} cannot be read`);
  }
}
