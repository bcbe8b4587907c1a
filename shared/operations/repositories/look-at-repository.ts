import type { Repository as Configured } from '../../domain/configuration/index.ts';
import { PortError } from '../../domain/errors.ts';
import { type Evidence, fails, noted, type Observation, unknown } from '../../domain/finding.ts';
import { hoursBetween, type Instant, plusSeconds } from '../../domain/time.ts';
import type { ObjectId, Relation, Repository } from '../../ports/repositories.ts';
import { cannotTell } from '../support/cannot-tell.ts';
import { lookAtHost } from './look-at-host.ts';
import {
  branchOf,
  lookOptions,
  portRepository,
  type RepositoryContext,
  seen,
  softness,
  subjectOf,
} from './repository.ts';

/** What T-90 found of one repository; null where it could not be told or there is none. */
export interface RepositoryStatus {
  readonly head: ObjectId | null;
  readonly tree: ObjectId | null;
  readonly releaseRef: ObjectId | null;
  /** How the head stands to the release ref: `ahead` has something to release. */
  readonly relation: Relation['relation'] | null;
  readonly lastHumanCommitAt: Instant | null;
}

export interface Look {
  readonly name: string;
  readonly status: RepositoryStatus;
  readonly findings: readonly Observation[];
  readonly evidence: readonly Evidence[];
}

const NOTHING: RepositoryStatus = { head: null, tree: null, releaseRef: null, relation: null, lastHumanCommitAt: null };

/** One look at one repository, being put together. */
interface Subject {
  readonly context: RepositoryContext;
  readonly configured: Configured;
  readonly repository: Repository;
  readonly findings: Observation[];
  readonly evidence: Evidence[];
}

export async function lookAtRepository(context: RepositoryContext, configured: Configured): Promise<Look> {
  const subject: Subject = { context, configured, repository: portRepository(configured), findings: [], evidence: [] };
  const { findings, evidence } = subject;
  const done = (status: RepositoryStatus): Look => ({ name: configured.name, status, findings, evidence });
  const listing = await listRefs(subject);
  if (listing === undefined) return done(NOTHING);
  const head = listing.refs.get(branchOf(configured)) ?? null;
  const releaseRef = listing.refs.get(configured.release_ref) ?? null;
  const words = wordsOf(configured);
  const request = `refs of ${configured.name}`;
  evidence.push(seen(context, words.subject, request, { head, releaseRef, refs: listing.refs.size }));
  judgeReleaseRef(subject, releaseRef);
  if (head === null) {
    const message = `${configured.name} has no ${branchOf(configured)}${listing.refs.size === 0 ? ': it is empty' : ''}`;
    const remedy = 'push the branch, or correct `default_branch` in the configuration';
    findings.push(fails({ ...words, code: 'no-default-branch', message, remedy }));
    return done({ ...NOTHING, releaseRef });
  }
  if (listing.head !== undefined && listing.head.ref !== branchOf(configured)) {
    const message = `the host's default branch is ${listing.head.ref}, the configuration's ${branchOf(configured)}`;
    findings.push(
      noted({ ...words, code: 'other-default-branch', message, remedy: 'see that the configured one is meant' }),
    );
  }
  const tree = await readTree(subject, head);
  const lastHumanCommitAt = await judgeAge(subject, head);
  const relation = releaseRef === null ? null : await judgeRelation(subject, head, releaseRef);
  const host = await lookAtHost(context, configured, subject.repository, head);
  findings.push(...host.findings);
  evidence.push(...host.evidence);
  return done({ head, tree, releaseRef, relation, lastHumanCommitAt });
}

const wordsOf = (configured: Configured) => ({ subject: subjectOf(configured), ...softness(configured) });

async function listRefs({ context, configured, repository, findings }: Subject) {
  try {
    return await context.ports.repositories.listRefs(repository, lookOptions(context));
  } catch (error) {
    if (error instanceof PortError && error.code === 'not-found') {
      const remedy =
        'create it, correct `url`, or give the credential access: a host also answers so to one that may not see it';
      findings.push(fails({ ...wordsOf(configured), code: 'missing', message: error.message, remedy }));
    } else {
      findings.push(
        cannotTell(error, subjectOf(configured), `${configured.name} cannot be reached`, softness(configured)),
      );
    }
    return undefined;
  }
}

async function readTree({ context, configured, repository, findings, evidence }: Subject, head: ObjectId) {
  try {
    const { tree } = await context.ports.repositories.readCommit(repository, head, lookOptions(context));
    evidence.push(seen(context, subjectOf(configured), `tree of ${head}`, tree));
    return tree;
  } catch (error) {
    findings.push(
      cannotTell(error, subjectOf(configured), `the head of ${configured.name} cannot be read`, softness(configured)),
    );
    return null;
  }
}

/** What machines commit proves that a machine runs, not that anybody works on it. */
async function judgeAge(subject: Subject, head: ObjectId): Promise<Instant | null> {
  const { context, configured, repository, findings, evidence } = subject;
  const { max_age_h: maxAgeHours, ignore_commit_patterns: ignoreSubjects } = configured;
  const words = wordsOf(configured);
  const isJudged = maxAgeHours !== undefined;
  try {
    const options = { ...lookOptions(context), ignoreSubjects };
    const last = await context.ports.repositories.lastCommit(repository, head, options);
    if (!last.found) {
      const state = !isJudged ? noted : last.cap === 'root' ? fails : unknown;
      const message =
        last.cap === 'root'
          ? `no commit of ${configured.name} is a person's`
          : `no commit of a person was found in ${configured.name} before the limit on ${last.cap} was reached`;
      const remedy = 'commit something, or see whether `ignore_commit_patterns` matches too much';
      findings.push(state({ ...words, code: 'no-human-commit', message, remedy }));
      return null;
    }
    const { at } = last.commit.committer;
    evidence.push(
      seen(context, words.subject, `newest commit of a person in ${configured.name}`, { id: last.commit.id, at }),
    );
    if (isJudged) findings.push(...judgeTime(subject, at, maxAgeHours));
    return at;
  } catch (error) {
    const what = `the newest commit of a person in ${configured.name} cannot be found`;
    findings.push(cannotTell(error, words.subject, what, softness(configured)));
    return null;
  }
}

function judgeTime({ context, configured }: Subject, at: Instant, maxAgeHours: number): Observation[] {
  const words = wordsOf(configured);
  const now = context.now();
  if (at > plusSeconds(now, context.configuration.deployment.clock_skew_s)) {
    const message = `the newest commit of a person in ${configured.name} is dated ${at}, which is in the future: it proves no age`;
    return [unknown({ ...words, code: 'future-commit', message, remedy: 'mend the clock of whoever committed it' })];
  }
  const hours = hoursBetween(at, now);
  if (hours <= maxAgeHours) return [];
  const message = `the newest commit of a person in ${configured.name} is ${Math.floor(hours)} h old; at most ${maxAgeHours} h are allowed`;
  return [
    fails({ ...words, code: 'no-recent-work', message, remedy: 'commit, or raise `max_age_h` of the repository' }),
  ];
}

/** A ref that was never released cannot be elsewhere; one that was must still be there. */
function judgeReleaseRef({ context, configured, findings }: Subject, releaseRef: ObjectId | null): void {
  const words = wordsOf(configured);
  const good = context.lastKnownGood?.commits[configured.name] ?? null;
  const ref = `${configured.release_ref} of ${configured.name}`;
  if (releaseRef === null && good === null) {
    const message = `${ref} does not exist yet`;
    findings.push(
      fails({
        ...words,
        code: 'no-release-ref',
        message,
        remedy: 'nothing to do: the first noon creates it',
        soft: true,
      }),
    );
  } else if (releaseRef === null) {
    const message = `${ref} is gone; the last known good is ${good}`;
    findings.push(fails({ ...words, code: 'release-ref-gone', message, remedy: `put it back to ${good}` }));
  } else if (good !== null && releaseRef !== good) {
    const message = `${ref} is at ${releaseRef}; the last known good is ${good}, so T-30 will not be go`;
    const remedy = `put it back to ${good}, or find out who released outside of noon`;
    findings.push(fails({ ...words, code: 'release-ref-moved', message, remedy, soft: true }));
  }
}

async function judgeRelation(
  { context, configured, repository, findings, evidence }: Subject,
  head: ObjectId,
  releaseRef: ObjectId,
): Promise<Relation['relation'] | null> {
  const words = wordsOf(configured);
  const request = `how ${head} stands to ${configured.release_ref}`;
  try {
    const stands = await context.ports.repositories.relation(repository, head, releaseRef, lookOptions(context));
    evidence.push(seen(context, words.subject, request, { ...stands }));
    if (stands.relation === 'unknown') {
      const message = `${request} cannot be told: the limit on ${stands.cap} was reached`;
      findings.push(
        unknown({ ...words, code: 'history-too-long', message, remedy: 'have a person compare the two commits' }),
      );
    } else if (stands.behind > 0) {
      const state = stands.behind > configured.max_behind ? fails : noted;
      const message = `${branchOf(configured)} of ${configured.name} lacks ${stands.behind} commits of ${configured.release_ref} (${stands.relation}); at most ${configured.max_behind} are allowed, and only with none can noon move it`;
      findings.push(
        state({ ...words, code: 'behind-release', message, remedy: 'merge the release ref into the default branch' }),
      );
    }
    return stands.relation;
  } catch (error) {
    findings.push(cannotTell(error, words.subject, `${request} cannot be told`, softness(configured)));
    return null;
  }
}
