import type { Repository as Configured } from '../../domain/configuration/index.ts';
import { COPY_REF } from '../../domain/context/index.ts';
import { PortError } from '../../domain/errors.ts';
import { type Evidence, fails, noted, type Observation } from '../../domain/finding.ts';
import type { RefRules, Repository } from '../../ports/repositories.ts';
import { cannotTell } from '../support/cannot-tell.ts';
import { mapLimited } from '../support/map-limited.ts';
import {
  AT_ONCE,
  lookOptions,
  portRepository,
  type RepositoryContext,
  seen,
  softness,
  subjectOf,
} from './repository.ts';

interface Proof {
  readonly findings: readonly Observation[];
  readonly evidence: readonly Evidence[];
}

const FENCE_REF = 'refs/heads/high-noon/fence';

/** That noon's moves in each repository could be put back: the commit is there, and the server would let us. */
export async function proveRepositoryRollback(context: RepositoryContext): Promise<Proof> {
  const { repositories } = context.configuration;
  const parts = await mapLimited(repositories, AT_ONCE, async (configured) => {
    const repository = portRepository(configured);
    const proofs = [mayProveWriting, proveCommit, proveRules];
    return Promise.all(proofs.map((prove) => prove(context, configured, repository)));
  });
  const proofs = parts.flat();
  return { findings: proofs.flatMap((p) => p.findings), evidence: proofs.flatMap((p) => p.evidence) };
}

/**
 * T-90's part of it. A credential that is noon's alone cannot be tried here: noon tries it itself, before its first effect.
 */
async function mayProveWriting(
  context: RepositoryContext,
  configured: Configured,
  repository: Repository,
): Promise<Proof> {
  if (configured.write_token === undefined) return proveWriting(context, configured, repository);
  const message = `the credential that writes to ${configured.name} is noon's alone: noon proves it before its first effect`;
  const words = { code: 'proven-at-noon', subject: `${subjectOf(configured)}/write`, message, remedy: 'nothing to do' };
  return { findings: [noted(words)], evidence: [] };
}

/** Noon's own part: the repositories whose writing credential only noon can read. */
export async function proveOwnWriting(context: RepositoryContext): Promise<Proof> {
  const own = context.configuration.repositories.filter(({ write_token }) => write_token !== undefined);
  const proofs = await mapLimited(own, AT_ONCE, (one) => proveWriting(context, one, portRepository(one)));
  return { findings: proofs.flatMap((p) => p.findings), evidence: proofs.flatMap((p) => p.evidence) };
}

/** Asking for what a writer sees proves the credential without writing anything. */
async function proveWriting(
  context: RepositoryContext,
  configured: Configured,
  repository: Repository,
): Promise<Proof> {
  const subject = `${subjectOf(configured)}/write`;
  try {
    const { capabilities } = await context.ports.repositories.listRefs(repository, {
      ...lookOptions(context),
      for: 'push',
    });
    const atomic = capabilities.has('atomic');
    const evidence = [seen(context, subject, `refs of ${configured.name}, for writing`, { atomic })];
    if (atomic) return { findings: [], evidence };
    const finding = fails({
      code: 'no-atomic',
      subject,
      message: `the server of ${configured.name} does not offer \`atomic\` pushes, so a stalled push could not be fenced off`,
      remedy: 'use a server with atomic pushes (any git since 2.4 has them unless they are switched off)',
      ...softness(configured),
    });
    return { findings: [finding], evidence };
  } catch (error) {
    const what = `whether this credential may write to ${configured.name} is not proven`;
    return { findings: [cannotTell(error, subject, what, softness(configured))], evidence: [] };
  }
}

async function proveCommit(context: RepositoryContext, configured: Configured, repository: Repository): Promise<Proof> {
  const good = context.lastKnownGood?.commits[configured.name] ?? null;
  // Nothing was released yet: the rollback is to delete the ref, and needs no commit.
  if (good === null) return { findings: [], evidence: [] };
  const subject = `${subjectOf(configured)}/${good}`;
  try {
    const commit = await context.ports.repositories.readCommit(repository, good, lookOptions(context));
    return { findings: [], evidence: [seen(context, subject, `commit ${good} of ${configured.name}`, commit.tree)] };
  } catch (error) {
    if (error instanceof PortError && (error.code === 'not-found' || error.code === 'invalid')) {
      const message = `the last known good commit ${good} of ${configured.name} is not there: ${error.message}`;
      const remedy = 'push the commit again from a clone that has it';
      return {
        findings: [fails({ code: 'commit-gone', subject, message, remedy, ...softness(configured) })],
        evidence: [],
      };
    }
    const what = `whether the last known good commit of ${configured.name} is still there cannot be told`;
    return { findings: [cannotTell(error, subject, what, softness(configured))], evidence: [] };
  }
}

/** Branch rules, where the host shows them: a rule that forbids moving back makes every rollback fail. */
async function proveRules(context: RepositoryContext, configured: Configured, repository: Repository): Promise<Proof> {
  const { repositories } = context.ports;
  if (repositories.refRules === undefined) return { findings: [], evidence: [] };
  const needs: [string, (keyof RefRules)[]][] = [
    [configured.release_ref, ['create', 'fastForward', 'putBack', 'delete']],
    [COPY_REF, ['create', 'fastForward', 'putBack', 'delete']],
    [FENCE_REF, ['create', 'fastForward']],
    [`refs/tags/high-noon/${context.date}`, ['create', 'delete']],
  ];
  const findings: Observation[] = [];
  const evidence: Evidence[] = [];
  for (const [ref, wanted] of needs) {
    const subject = `${subjectOf(configured)}/${ref}`;
    try {
      const rules = await repositories.refRules(repository, ref, lookOptions(context));
      evidence.push(seen(context, subject, `rules for ${ref} of ${configured.name}`, { ...rules }));
      const forbidden = wanted.filter((act) => !rules[act]);
      if (forbidden.length > 0) findings.push(forbids(configured, subject, ref, forbidden));
    } catch (error) {
      const what = `the rules for ${ref} of ${configured.name} cannot be read`;
      findings.push(cannotTell(error, subject, what, softness(configured)));
    }
  }
  return { findings, evidence };
}

const WORDS: Record<keyof RefRules, string> = {
  create: 'creating it',
  fastForward: 'moving it forward',
  putBack: 'putting it back',
  delete: 'deleting it',
};

const forbids = (
  configured: Configured,
  subject: string,
  ref: string,
  acts: readonly (keyof RefRules)[],
): Observation =>
  fails({
    code: 'rules-forbid',
    subject,
    message: `the rules of ${configured.name} forbid ${acts.map((act) => WORDS[act]).join(', ')}: ${ref}`,
    remedy: 'let the credential of noon bypass the rules for refs/heads/high-noon/* and refs/tags/high-noon/*',
    ...softness(configured),
  });
