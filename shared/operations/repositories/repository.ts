import type { Repository as Configured } from '../../domain/configuration/index.ts';
import type { Evidence } from '../../domain/finding.ts';
import type { Json } from '../../domain/json.ts';
import type { Instant } from '../../domain/time.ts';
import type { CallOptions, Repository, Signature } from '../../ports/repositories.ts';
import type { ContextOf } from '../define-operation.ts';

export type RepositoryContext = ContextOf<'repositories'>;

/** Requests to so many repositories are under way at once. */
export const AT_ONCE = 8;

/** A configured repository as the port takes it. Its token is added by name where the ports are put together. */
export const portRepository = ({ name, url }: Pick<Configured, 'name' | 'url'>): Repository => ({ name, url });

export const branchOf = (configured: Configured): string => `refs/heads/${configured.default_branch}`;
export const subjectOf = ({ name }: Pick<Configured, 'name'>): string => `repositories/${name}`;

/** For one look at one repository: no longer than what is left to the operation. */
export const lookOptions = (context: RepositoryContext): CallOptions => ({
  signal: context.signal,
  deadlineMs: Math.min(30_000, context.remainingMs()),
});

/** Findings about a repository that is not required degrade and do not block. */
export const softness = ({ required }: Pick<Configured, 'required'>): { soft: boolean } => ({ soft: !required });

export function seen(context: RepositoryContext, subject: string, request: string, value: Json): Evidence {
  return { subject, request, observedAt: context.now(), value };
}

/** When this attempt began: the same in all its stretches, so that a resumed action makes the same objects again. */
export function attemptTime(context: Pick<RepositoryContext, 'mode' | 'day' | 'slot' | 'now'>): Instant {
  const started = context.mode === 'run' ? context.day.slots[context.slot.slotId]?.startedAt : undefined;
  return started ?? context.now();
}

/** Who signs commits and tags; no mailbox, and never one of a person. */
export const signatureOf = (context: RepositoryContext): Signature => ({
  name: 'High Noon',
  email: `high-noon@${context.configuration.deployment.project_id}.invalid`,
  at: attemptTime(context),
});
