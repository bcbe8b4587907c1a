import { InvariantError, PortError } from '../../domain/errors.ts';
import type { Grant, PlannedEffect, Probe, UndoPlan } from '../../domain/operation.ts';
import type { EffectRecord } from '../../domain/run.ts';
import { type ObjectsContext, readKept, readObject, type SmallObject } from './manifest-object.ts';

/** In the metadata of the object: the highest token of whoever wrote or fenced it, and that writer's run. */
const TOKEN = 'highnoon-token';
const RUN = 'highnoon-run';
const CONTENT_TYPE = 'application/yaml';

export interface ObjectChange {
  readonly target: string;
  readonly detail: string;
  readonly uri: string;
  /** Digest of what it replaces; null: the object does not exist yet. */
  readonly from: string | null;
  readonly to: { readonly digest: string; readonly bytes: Uint8Array };
}

/** One small object, written by its generation and fenced by the token that lies with it. */
export function objectEffect(context: ObjectsContext, change: ObjectChange): PlannedEffect {
  const { target, detail, uri, from, to } = change;
  return {
    target,
    detail,
    args: { uri, from, to: to.digest },
    pin: from,
    async probe() {
      const digest = (await readObject(context, uri))?.digest ?? null;
      return answer(
        context,
        target,
        uri,
        digest,
        digest === to.digest ? 'applied' : digest === from ? 'pinned' : 'other',
      );
    },
    async call(grant) {
      const found = await readObject(context, uri);
      if (found?.digest === to.digest) return;
      if ((found?.digest ?? null) !== from) throw moved(uri, found);
      await write(context, uri, found, to.bytes, grant);
    },
  };
}

/** Puts the manifest back from the copy that is kept under its digest. */
export function undoObjectChange(context: ObjectsContext, effect: EffectRecord): UndoPlan {
  const { uri, from, to } = changedBy(effect);
  return {
    async fence(grant) {
      const found = await readObject(context, uri);
      // The same bytes again: a stalled write that expects the generation of before is refused for good.
      if (found !== undefined && tokenOf(found) < grant.token) await write(context, uri, found, found.bytes, grant);
    },
    async probe() {
      const digest = (await readObject(context, uri))?.digest ?? null;
      const state = digest === from ? 'pinned' : digest === to ? 'applied' : 'other';
      return answer(context, effect.target, uri, digest, state);
    },
    async call(grant) {
      const found = await readObject(context, uri);
      if (found?.digest === from) return;
      if (found?.digest !== to) throw moved(uri, found);
      const kept = await readKept(context, from);
      if (kept === undefined)
        throw new PortError('objects', 'not-found', `the manifest ${from} is not kept, so it cannot be put back`);
      await write(context, uri, found, kept.bytes, grant);
    },
  };
}

function changedBy({ args, target }: EffectRecord): { uri: string; from: string; to: string } {
  const { uri, from, to } = args as Record<string, unknown>;
  if (typeof uri !== 'string' || typeof from !== 'string' || typeof to !== 'string')
    throw new InvariantError(`${target}: its stored arguments do not say what was replaced`);
  return { uri, from, to };
}

function tokenOf({ info }: SmallObject): number {
  const token = Number(info.metadata[TOKEN] ?? 0);
  return Number.isSafeInteger(token) ? token : 0;
}

/** The token is read with the generation that the write expects, so nobody can raise it in between. */
async function write(
  context: ObjectsContext,
  uri: string,
  found: SmallObject | undefined,
  bytes: Uint8Array,
  grant: Grant,
): Promise<void> {
  if (found !== undefined && tokenOf(found) > grant.token) {
    const message = `${uri} was written or fenced with token ${tokenOf(found)}, which is higher than ${grant.token}`;
    throw new PortError('objects', 'precondition-failed', message);
  }
  await context.ports.objects.write(uri, bytes, {
    when: found === undefined ? 'absent' : { generation: found.info.generation },
    contentType: CONTENT_TYPE,
    metadata: { ...found?.info.metadata, [TOKEN]: String(grant.token), [RUN]: context.runId },
    signal: grant.signal,
  });
}

const moved = (uri: string, found: SmallObject | undefined): PortError =>
  new PortError('objects', 'precondition-failed', `${uri} is ${found?.digest ?? 'absent'}, which was not expected`);

function answer(
  context: ObjectsContext,
  subject: string,
  uri: string,
  digest: string | null,
  state: Probe['state'],
): Probe {
  const receipt = { subject, request: `object ${uri}`, observedAt: context.now(), value: digest };
  return { state, receipt: digest === null ? receipt : { ...receipt, digest } };
}
