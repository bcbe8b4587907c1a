import { type Evidence, fails, type Observation, result, unknown } from '../../domain/finding.ts';
import { defineOperation } from '../define-operation.ts';
import { cannotTell } from '../support/cannot-tell.ts';
import { mapLimited } from '../support/map-limited.ts';
import { refEffect, undoRefMove } from './ref-effect.ts';
import { AT_ONCE, lookOptions, type RepositoryContext, softness, subjectOf } from './repository.ts';
import { blocks, type Ticketed, ticketedRelease } from './ticketed.ts';

/** Releases the commits: each release ref moves forward to what was checked, and only forward. */
export const syncRepositories = defineOperation({
  name: 'sync-repositories',
  claim: 'the release ref of each repository stands on the ticketed commit',
  kind: 'action',
  failure: 'hard',
  needs: ['repositories'],
  timeoutSeconds: 240,
  async run(context) {
    const release = await ticketedRelease(context);
    const judged = await mapLimited(release.repositories, AT_ONCE, (one) => mayMove(context, one));
    const findings = [...release.findings, ...judged.flatMap(({ findings: found }) => found)];
    const output = { repositories: Object.fromEntries(release.repositories.map(summary)) };
    // All are judged before the first moves: a release of some of them would only be put back.
    if (blocks(findings) && context.mode === 'run') return { ...result(findings, []), output };
    const evidence: Evidence[] = [];
    for (const { ticketed, may } of judged) {
      if (!may) continue;
      const { configured, repository, commit, releaseRef } = ticketed;
      const move = { repository, ref: configured.release_ref, from: releaseRef, to: commit };
      evidence.push(await context.effects.apply(refEffect(context, move)));
    }
    return { ...result(findings, evidence), output };
  },
  undo: undoRefMove,
});

const summary = ({ configured, commit, releaseRef }: Ticketed) => [configured.name, { from: releaseRef, to: commit }];

/** Whether the move is a fast-forward; forward moves are never forced. */
async function mayMove(
  context: RepositoryContext,
  ticketed: Ticketed,
): Promise<{ ticketed: Ticketed; may: boolean; findings: Observation[] }> {
  const { configured, repository, commit, releaseRef } = ticketed;
  if (releaseRef === null || releaseRef === commit) return { ticketed, may: true, findings: [] };
  const words = { subject: subjectOf(configured), ...softness(configured) };
  try {
    const stands = await context.ports.repositories.relation(repository, commit, releaseRef, lookOptions(context));
    if (stands.relation === 'ahead' || stands.relation === 'same') return { ticketed, may: true, findings: [] };
    const where = `from ${releaseRef} to ${commit}`;
    const finding =
      stands.relation === 'unknown'
        ? unknown({
            ...words,
            code: 'history-too-long',
            message: `whether ${configured.release_ref} may move ${where} cannot be told: the limit on ${stands.cap} was reached`,
            remedy: 'have a person compare the two commits, and release more often',
          })
        : fails({
            ...words,
            code: 'not-a-fast-forward',
            message: `${configured.release_ref} would have to be forced ${where}: ${stands.behind} commits would be lost`,
            remedy: 'merge the release ref into the default branch',
          });
    return { ticketed, may: false, findings: [finding] };
  } catch (error) {
    const what = `whether ${configured.release_ref} of ${configured.name} may move cannot be told`;
    return { ticketed, may: false, findings: [cannotTell(error, words.subject, what, softness(configured))] };
  }
}
