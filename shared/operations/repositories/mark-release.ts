import { type Evidence, result } from '../../domain/finding.ts';
import type { PlannedEffect } from '../../domain/operation.ts';
import type { ObjectId } from '../../ports/repositories.ts';
import { defineOperation } from '../define-operation.ts';
import { type RefMove, refEffect, undoRefMove } from './ref-effect.ts';
import { lookOptions, type RepositoryContext, signatureOf } from './repository.ts';
import { blocks, ticketedRelease } from './ticketed.ts';

/** The last action of noon: a name for the day's release in each repository, for people and for those who pin to it. */
export const markRelease = defineOperation({
  name: 'mark-release',
  claim: 'the tag of the day stands on each ticketed commit',
  kind: 'action',
  failure: 'hard',
  needs: ['repositories'],
  timeoutSeconds: 240,
  async run(context) {
    const release = await ticketedRelease(context);
    const name = `high-noon/${context.date}`;
    const marks = release.repositories.map(({ repository, commit }) => {
      const message = `High Noon ${context.date}\n\nrun: ${context.runId}\n`;
      const tag = context.ports.repositories.tagObject({
        target: commit,
        name,
        message,
        tagger: signatureOf(context),
      });
      return { repository, commit, tag };
    });
    const output = { tag: name, repositories: Object.fromEntries(marks.map((m) => [m.repository.name, m.tag.id])) };
    if (blocks(release.findings) && context.mode === 'run') return { ...result(release.findings, []), output };
    const evidence: Evidence[] = [];
    for (const { repository, commit, tag } of marks) {
      const move = { repository, ref: `refs/tags/${name}`, from: null, to: tag.id, objects: tag.objects };
      const effect = context.mode === 'run' ? refEffect(context, move) : await foreseen(context, move, commit);
      evidence.push(await context.effects.apply(effect));
    }
    return { ...result(release.findings, evidence), output };
  },
  undo: undoRefMove,
});

/**
 * A look comes at another time than the run whose tag may stand there, so its own tag would be another object: what
 * counts is whether the tag that stands is on the ticketed commit.
 */
async function foreseen(context: RepositoryContext, move: RefMove, commit: ObjectId): Promise<PlannedEffect> {
  const { refs, peeled } = await context.ports.repositories.listRefs(move.repository, lookOptions(context));
  const standing = refs.get(move.ref);
  if (standing === undefined) return refEffect(context, move);
  const marked = peeled.get(move.ref) ?? standing;
  if (marked === commit) return refEffect(context, { ...move, to: standing });
  const detail = `${move.ref} stands on ${marked} already, not on ${commit}: a real run would leave it and fail`;
  return { ...refEffect(context, move), detail };
}
