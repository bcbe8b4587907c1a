import { type Evidence, result } from '../../domain/finding.ts';
import { defineOperation } from '../define-operation.ts';
import { refEffect, undoRefMove } from './ref-effect.ts';
import { signatureOf } from './repository.ts';
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
      return { repository, tag };
    });
    const output = { tag: name, repositories: Object.fromEntries(marks.map((m) => [m.repository.name, m.tag.id])) };
    if (blocks(release.findings) && context.mode === 'run') return { ...result(release.findings, []), output };
    const evidence: Evidence[] = [];
    for (const { repository, tag } of marks) {
      const move = { repository, ref: `refs/tags/${name}`, from: null, to: tag.id, objects: tag.objects };
      evidence.push(await context.effects.apply(refEffect(context, move)));
    }
    return { ...result(release.findings, evidence), output };
  },
  undo: undoRefMove,
});
