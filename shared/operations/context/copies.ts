import { COPY_PATH, COPY_REF } from '../../domain/context/index.ts';
import type { Observation } from '../../domain/finding.ts';
import type { PlannedEffect } from '../../domain/operation.ts';
import type { NewObjects, ObjectId } from '../../ports/repositories.ts';
import { refEffect } from '../repositories/ref-effect.ts';
import {
  AT_ONCE,
  lookOptions,
  type RepositoryContext,
  signatureOf,
  softness,
  subjectOf,
} from '../repositories/repository.ts';
import type { Ticketed } from '../repositories/ticketed.ts';
import { cannotTell } from '../support/cannot-tell.ts';
import { mapLimited } from '../support/map-limited.ts';

interface Copies {
  readonly effects: readonly PlannedEffect[];
  readonly findings: readonly Observation[];
}

/** The manifest as a commit on the context branch of each repository: made and judged here, pushed by its effect. */
export async function planCopies(
  context: RepositoryContext,
  repositories: readonly Ticketed[],
  content: Uint8Array,
): Promise<Copies> {
  const planned = await mapLimited(repositories, AT_ONCE, async (ticketed): Promise<Copies> => {
    const { configured, repository } = ticketed;
    try {
      const { from, commit } = await planCopy(context, ticketed, content);
      const move = { repository, ref: COPY_REF, from, to: commit.id, objects: commit.objects };
      return { effects: [refEffect(context, move)], findings: [] };
    } catch (error) {
      const what = `the copy of the manifest for ${configured.name} cannot be made`;
      const subject = `${subjectOf(configured)}/context`;
      return { effects: [], findings: [cannotTell(error, subject, what, softness(configured))] };
    }
  });
  return { effects: planned.flatMap(({ effects }) => effects), findings: planned.flatMap(({ findings }) => findings) };
}

async function planCopy(
  context: RepositoryContext,
  { repository }: Ticketed,
  content: Uint8Array,
): Promise<{ from: ObjectId | null; commit: NewObjects }> {
  const { repositories } = context.ports;
  const make = (parent: ObjectId | null) => {
    const message = `High Noon context of ${context.date}\n\nrun: ${context.runId}\n`;
    const change = { parent, path: COPY_PATH, content, message, author: signatureOf(context) };
    return repositories.commitFile(repository, change, lookOptions(context));
  };
  const { refs } = await repositories.listRefs(repository, lookOptions(context));
  const head = refs.get(COPY_REF) ?? null;
  if (head !== null) {
    // After a crash the branch may stand on this very commit already; then the move to plan is the one that made it.
    const [parent = null] = (await repositories.readCommit(repository, head, lookOptions(context))).parents;
    const own = await make(parent);
    if (own.id === head) return { from: parent, commit: own };
  }
  return { from: head, commit: await make(head) };
}
