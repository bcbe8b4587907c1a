import { chainSlot } from '../../domain/day.ts';
import { PortError } from '../../domain/errors.ts';
import { fails, noted, type Observation } from '../../domain/finding.ts';
import type { Json } from '../../domain/json.ts';
import type { ObjectId } from '../../ports/repositories.ts';
import type { ContextOf } from '../define-operation.ts';
import { MANIFEST } from './manifest-object.ts';

export interface RepositoryNow {
  readonly name: string;
  readonly head: ObjectId | null;
  readonly releaseRef: ObjectId | null;
}

/** What T-90 of the same day wrote down; `why` it is not there. */
export type Preparation =
  | { readonly manifest: string | null; readonly repositories: Readonly<Record<string, Json | undefined>> }
  | { readonly why: string };

/** T-90's newest attempt of this date, from the stored past. */
export async function readPreparation(context: ContextOf<'history'>): Promise<Preparation> {
  const { slotId } = chainSlot('t-90-prep', context.date);
  const summary = context.day.slots[slotId];
  if (summary === undefined) return { why: `${slotId} did not run` };
  try {
    const checkpoints = await context.ports.history.checkpoints(slotId, summary.attempt);
    const outputOf = (name: string) => asRecord(checkpoints.find(({ operation }) => operation === name)?.output);
    const repositories = asRecord(outputOf('check-trinity-status').repositories);
    const manifest = outputOf('adopt-context').manifest ?? outputOf('validate-context-manifest').manifest;
    return { manifest: typeof manifest === 'string' ? manifest : null, repositories };
  } catch (error) {
    if (!(error instanceof PortError)) throw error;
    return { why: `what ${slotId} found cannot be read: ${error.message}` };
  }
}

/** What moved between T-90 and now. Commits may, and are told; the manifest may not. */
export function movedSince(
  preparation: Preparation,
  manifest: string,
  repositories: readonly RepositoryNow[],
): Observation[] {
  if ('why' in preparation) {
    const message = `what moved since T-90 cannot be told: ${preparation.why}`;
    return [noted({ code: 'no-comparison', subject: MANIFEST, message, remedy: 'nothing to do' })];
  }
  const moved = repositories.flatMap((now) => {
    const then = asRecord(preparation.repositories[now.name]);
    return [
      ...movement(now.name, 'head', then.head, now.head),
      ...movement(now.name, 'release-ref', then.releaseRef, now.releaseRef),
    ];
  });
  if (preparation.manifest === null || preparation.manifest === manifest) return moved;
  const message = `the manifest was ${preparation.manifest} at T-90 and is ${manifest} now; only noon writes it`;
  const remedy = 'find out who wrote it, put it back, then rerun t-90-prep';
  return [...moved, fails({ code: 'manifest-moved', subject: MANIFEST, message, remedy })];
}

function movement(name: string, part: string, then: Json | undefined, now: ObjectId | null): Observation[] {
  if (then === undefined || then === now) return [];
  const show = (id: Json) => (typeof id === 'string' ? id : 'absent');
  const message = `the ${part} of ${name} was ${show(then)} at T-90 and is ${show(now)} now`;
  const facts = { was: then, is: now };
  return [
    noted({
      code: `${part}-moved`,
      subject: `repositories/${name}`,
      message,
      remedy: 'nothing to do: the ticket binds what is there now',
      facts,
    }),
  ];
}

function asRecord(value: Json | undefined): Readonly<Record<string, Json | undefined>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, Json | undefined>>)
    : {};
}
