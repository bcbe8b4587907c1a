import type { Repository as Configured } from '../../domain/configuration/index.ts';
import { type Evidence, fails, noted, type Observation, unknown } from '../../domain/finding.ts';
import type { Json } from '../../domain/json.ts';
import type { Bindings } from '../../domain/ticket.ts';
import type { ObjectId, Repository } from '../../ports/repositories.ts';
import { observeManifest } from '../context/manifest-object.ts';
import type { ContextOf } from '../define-operation.ts';
import { cannotTell } from '../support/cannot-tell.ts';
import { mapLimited } from '../support/map-limited.ts';
import {
  AT_ONCE,
  branchOf,
  lookOptions,
  portRepository,
  type RepositoryContext,
  seen,
  softness,
  subjectOf,
} from './repository.ts';

export interface Observed {
  readonly bindings: Bindings;
  readonly evidence: readonly Evidence[];
  readonly findings: readonly Observation[];
}

interface Options {
  /** What the go ticket binds: the look is noon's, and keeps a ticketed commit that is merely not the newest any more. */
  readonly ticketed?: Bindings | undefined;
  /** False: only what is there, not whether noon could release it. */
  readonly judged?: boolean;
}

/** The families `repositories/<name>/commit`, `repositories/<name>/release-ref` and `context/manifest`, as they are now. */
export async function observeRepositories(
  context: ContextOf<'objects' | 'repositories'>,
  options: Options = {},
): Promise<Observed> {
  const [commits, manifest] = [await observeCommits(context, options), await observeManifest(context)];
  // What cannot be read has not moved as far as anybody knows; the finding beside it says so.
  const binding = manifest.findings.length > 0 ? (options.ticketed?.['context/manifest'] ?? null) : manifest.digest;
  return {
    bindings: { ...commits.bindings, 'context/manifest': binding },
    evidence: [...commits.evidence, ...manifest.evidence],
    findings: [...commits.findings, ...manifest.findings],
  };
}

export async function observeCommits(context: RepositoryContext, options: Options = {}): Promise<Observed> {
  const { repositories } = context.configuration;
  const parts = await mapLimited(repositories, AT_ONCE, (configured) => observeOne(context, configured, options));
  return {
    bindings: Object.assign({}, ...parts.map(({ bindings }) => bindings)) as Bindings,
    evidence: parts.flatMap(({ evidence }) => evidence),
    findings: parts.flatMap(({ findings }) => findings),
  };
}

const namesOf = ({ name }: Configured) => ({
  commit: `repositories/${name}/commit`,
  releaseRef: `repositories/${name}/release-ref`,
});

async function observeOne(
  context: RepositoryContext,
  configured: Configured,
  { ticketed, judged = true }: Options,
): Promise<Observed> {
  const names = namesOf(configured);
  const repository = portRepository(configured);
  const bind = (commit: Json, releaseRef: Json): Bindings => ({
    [names.commit]: commit,
    [names.releaseRef]: releaseRef,
  });
  try {
    const { refs } = await context.ports.repositories.listRefs(repository, lookOptions(context));
    const head = refs.get(branchOf(configured)) ?? null;
    const releaseRef = refs.get(configured.release_ref) ?? null;
    const request = `${branchOf(configured)} and ${configured.release_ref} of ${configured.name}`;
    const evidence = [seen(context, subjectOf(configured), request, { head, releaseRef })];
    if (ticketed === undefined) {
      const findings = judged ? await judgeForTicket(context, configured, repository, head, releaseRef) : [];
      return { bindings: bind(head, releaseRef), evidence, findings };
    }
    const known = ticketed[names.commit];
    // An optional repository that T-30 could not read is not part of this noon, even if it is back.
    if (known === null) return { bindings: bind(null, ticketed[names.releaseRef] ?? null), evidence, findings: [] };
    const kept = await keepTicketed(context, configured, repository, head, known);
    return { bindings: bind(kept.commit, releaseRef), evidence, findings: kept.findings };
  } catch (error) {
    const finding = cannotTell(error, subjectOf(configured), `${configured.name} cannot be read`, softness(configured));
    const bindings = bind(ticketed?.[names.commit] ?? null, ticketed?.[names.releaseRef] ?? null);
    return { bindings, evidence: [], findings: [finding] };
  }
}

/** T-30's own question: could noon release this head? Told now, and not after noon has begun to change things. */
async function judgeForTicket(
  context: RepositoryContext,
  configured: Configured,
  repository: Repository,
  head: ObjectId | null,
  releaseRef: ObjectId | null,
): Promise<Observation[]> {
  const words = { subject: subjectOf(configured), ...softness(configured) };
  if (head === null) {
    const message = `${configured.name} has no ${branchOf(configured)}, so there is nothing to release`;
    return [
      fails({ ...words, code: 'no-default-branch', message, remedy: 'push the branch, or correct `default_branch`' }),
    ];
  }
  if (releaseRef === null) return [];
  const stands = await context.ports.repositories.relation(repository, head, releaseRef, lookOptions(context));
  if (stands.relation === 'same' || stands.relation === 'ahead') return [];
  if (stands.relation === 'unknown') return [capReached(configured, stands.cap)];
  const message = `${configured.release_ref} of ${configured.name} has ${stands.behind} commits that ${head} lacks, so it cannot be fast-forwarded`;
  return [
    fails({ ...words, code: 'not-a-fast-forward', message, remedy: 'merge the release ref into the default branch' }),
  ];
}

/** Newer ordinary commits leave the ticket whole; a history that no longer holds the ticketed commit voids it. */
async function keepTicketed(
  context: RepositoryContext,
  configured: Configured,
  repository: Repository,
  head: ObjectId | null,
  ticketed: Json | undefined,
): Promise<{ commit: Json; findings: Observation[] }> {
  if (head === null || head === ticketed || typeof ticketed !== 'string') return { commit: head, findings: [] };
  // Only the head is asked for: a commit that was rewritten away may be gone from the server altogether.
  const past = await context.ports.repositories.history(repository, head, {
    ...lookOptions(context),
    until: [ticketed],
  });
  if (past.found) {
    const count = past.commits.length;
    const message = `${count === 1 ? 'one newer commit' : `${count} newer commits`} of ${configured.name}, up to ${head}, is reported, not released: noon releases ${ticketed}`;
    const finding = noted({
      code: 'newer-commit',
      subject: subjectOf(configured),
      message,
      remedy: 'nothing to do: the next day releases it',
      facts: { ticketed, head, count },
    });
    return { commit: ticketed, findings: [finding] };
  }
  if (past.cap === 'root') return { commit: head, findings: [] };
  return { commit: ticketed, findings: [capReached(configured, past.cap)] };
}

const capReached = (configured: Configured, cap: string): Observation =>
  unknown({
    code: 'history-too-long',
    subject: subjectOf(configured),
    message: `whether the history of ${configured.name} still holds what was released cannot be told: the limit on ${cap} was reached first`,
    remedy: 'release more often, or have a person compare the two commits',
    ...softness(configured),
  });
