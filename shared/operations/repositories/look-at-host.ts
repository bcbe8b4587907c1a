import type { Repository as Configured } from '../../domain/configuration/index.ts';
import { type Evidence, fails, noted, type Observation, unknown } from '../../domain/finding.ts';
import type { ObjectId, Repository, RequiredCheck } from '../../ports/repositories.ts';
import { cannotTell } from '../support/cannot-tell.ts';
import { lookOptions, type RepositoryContext, seen, softness, subjectOf } from './repository.ts';

interface HostLook {
  readonly findings: readonly Observation[];
  readonly evidence: readonly Evidence[];
}

/** What only the host knows: whether the repository is archived, and whether the required checks are green. */
export async function lookAtHost(
  context: RepositoryContext,
  configured: Configured,
  repository: Repository,
  head: ObjectId,
): Promise<HostLook> {
  const looks = [
    await lookAtFacts(context, configured, repository),
    await lookAtChecks(context, configured, repository, head),
  ];
  return { findings: looks.flatMap((look) => look.findings), evidence: looks.flatMap((look) => look.evidence) };
}

async function lookAtFacts(
  context: RepositoryContext,
  configured: Configured,
  repository: Repository,
): Promise<HostLook> {
  const words = { subject: subjectOf(configured), ...softness(configured) };
  const { repositories } = context.ports;
  if (repositories.hostFacts === undefined) {
    const message = `whether ${configured.name} is archived is not something git itself tells; an archived repository refuses noon's writes`;
    return {
      findings: [noted({ ...words, code: 'archived-not-told', message, remedy: 'nothing to do' })],
      evidence: [],
    };
  }
  try {
    const facts = await repositories.hostFacts(repository, lookOptions(context));
    const evidence = [seen(context, words.subject, `what the host says of ${configured.name}`, { ...facts })];
    if (!facts.archived) return { findings: [], evidence };
    const message = `${configured.name} is archived: nothing can be released to it`;
    return {
      findings: [
        fails({ ...words, code: 'archived', message, remedy: 'unarchive it, or take it out of the configuration' }),
      ],
      evidence,
    };
  } catch (error) {
    const what = `whether ${configured.name} is archived cannot be told`;
    return { findings: [cannotTell(error, words.subject, what, softness(configured))], evidence: [] };
  }
}

async function lookAtChecks(
  context: RepositoryContext,
  configured: Configured,
  repository: Repository,
  head: ObjectId,
): Promise<HostLook> {
  const words = { subject: subjectOf(configured), ...softness(configured) };
  const { required_checks: names, default_branch: branch } = configured;
  const { repositories } = context.ports;
  const none = noted({
    ...words,
    code: 'no-required-checks',
    message: `no required checks are configured for ${configured.name}`,
    remedy: 'name them under `required_checks`, so that a red build stops a release',
  });
  if (repositories.requiredChecks === undefined) {
    if (names.length === 0) return { findings: [none], evidence: [] };
    const message = `whether ${names.join(', ')} are green on ${head} cannot be read from this host`;
    const remedy = 'use a host that shows its checks, or take `required_checks` out of the configuration';
    return { findings: [unknown({ ...words, code: 'checks-not-told', message, remedy })], evidence: [] };
  }
  try {
    const options = { ...lookOptions(context), branch, names };
    const checks = await repositories.requiredChecks(repository, head, options);
    const states = Object.fromEntries(checks.map(({ name, state }) => [name, state]));
    const evidence = [seen(context, words.subject, `required checks of ${head}`, states)];
    const unreported = names.filter((name) => !Object.hasOwn(states, name));
    const all: RequiredCheck[] = [...checks, ...unreported.map((name) => ({ name, state: 'missing' as const }))];
    if (all.length === 0) return { findings: [none], evidence };
    return { findings: all.flatMap((check) => judgeCheck(configured, head, check)), evidence };
  } catch (error) {
    const what = `the required checks of ${configured.name} cannot be read`;
    return { findings: [cannotTell(error, words.subject, what, softness(configured))], evidence: [] };
  }
}

/** A check that has not ended, or that nothing ever reported, has not said that the commit is good. */
function judgeCheck(configured: Configured, head: ObjectId, { name, state }: RequiredCheck): Observation[] {
  if (state === 'green') return [];
  const words = { subject: `${subjectOf(configured)}/${name}`, ...softness(configured) };
  const message = `the required check ${name} is ${state} on ${head} of ${configured.name}`;
  const remedy = state === 'red' ? 'mend what it found' : 'see that it runs and ends, then rerun';
  return [(state === 'red' ? fails : unknown)({ ...words, code: `check-${state}`, message, remedy })];
}
