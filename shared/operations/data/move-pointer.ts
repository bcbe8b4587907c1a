import type { Dataset } from '../../domain/configuration/index.ts';
import { InvariantError } from '../../domain/errors.ts';
import type { PlannedEffect, Probe, UndoPlan } from '../../domain/operation.ts';
import type { EffectRecord } from '../../domain/run.ts';
import type { DatasetPlaces, PointerName, StageRequest } from '../../ports/datasets.ts';
import type { ContextOf } from '../define-operation.ts';
import { subjectOf } from './judge-volume.ts';

type Context = ContextOf<'datasets'>;

export interface PointerMove {
  readonly places: DatasetPlaces;
  readonly which: PointerName;
  readonly from: string | null;
  readonly to: string | null;
  /** What is written before the staged pointer moves to it. */
  readonly content?: StageRequest['content'];
}

/** The configuration may be another one when an effect is undone, so that everything it needs is in its arguments. */
export const placesOf = ({ name, source_uri, incoming_uri, staged_uri, live_uri }: Dataset): DatasetPlaces => ({
  name,
  source_uri,
  incoming_uri,
  staged_uri,
  live_uri,
});

export function pointerEffect(context: Context, move: PointerMove): PlannedEffect {
  const { places, which, from, to, content } = move;
  return {
    target: `datasets/${places.name}/${which}`,
    detail: `the ${which} pointer of ${places.name} moves from ${from ?? 'none'} to ${to ?? 'none'}`,
    args: { places: { ...places }, to },
    pin: from,
    probe: async () => {
      const judge = (version: string | null) => (version === to ? 'applied' : version === from ? 'pinned' : 'other');
      const found = await look(context, places, which, judge);
      // A pointer to a version that was written over since is not what is wanted: staging makes the bytes anew.
      if (found.state !== 'applied' || content === undefined || to === null) return found;
      const changed = await context.ports.datasets.changedParts(places, to, context.signal);
      return changed.length === 0 ? found : { ...found, state: 'pinned' };
    },
    call: ({ token, signal }) => {
      const request = { from, to, token, signal };
      if (which === 'live') return context.ports.datasets.promote(places, request);
      return context.ports.datasets.stage(places, content === undefined ? request : { ...request, content });
    },
  };
}

/** Puts a pointer back to where it was pinned, if it still is where this run put it. */
export function pointerUndo(context: Context, which: PointerName, effect: EffectRecord): UndoPlan {
  const { places, to } = effect.args as unknown as { places: DatasetPlaces; to: string | null };
  const { pin } = effect;
  if (pin !== null && typeof pin !== 'string') throw new InvariantError(`${effect.target}: its pin is no version`);
  const port = context.ports.datasets;
  return {
    fence: ({ token, signal }) => port.fence(places, which, token, signal),
    probe: () =>
      look(context, places, which, (version) => (version === pin ? 'pinned' : version === to ? 'applied' : 'other')),
    call: ({ token, signal }) => {
      const request = { from: to, to: pin, token, signal };
      return which === 'live' ? port.promote(places, request) : port.stage(places, request);
    },
  };
}

async function look(
  context: Context,
  places: DatasetPlaces,
  which: PointerName,
  judge: (version: string | null) => Probe['state'],
): Promise<Probe> {
  const { version } = await context.ports.datasets.pointer(places, which, context.signal);
  const request = `${which} pointer of ${places.name}`;
  const receipt = { subject: subjectOf(places), request, observedAt: context.now(), value: version };
  return { state: judge(version), receipt };
}
