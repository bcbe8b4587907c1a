import { activeWaivers, type Override, type Waiver } from '../domain/override.ts';
import type { Revision } from '../domain/revision.ts';
import type { Slot } from '../domain/slot.ts';
import type { Engine } from './engine.ts';
import { type OverridesRecord, paths, type WaiversRecord } from './records.ts';

export interface Controls {
  readonly lastKnownGood: Revision | undefined;
  readonly overrides: readonly Override[];
  readonly waivers: readonly Waiver[];
}

/** People's acts and the last known good, as one pass sees them. Expired ones count for nothing, at once. */
export async function readControls(engine: Engine, slot: Slot): Promise<Controls> {
  const { documents } = await engine.documents.readAll<[Revision, OverridesRecord, WaiversRecord]>([
    paths.lastKnownGood,
    paths.overrides,
    paths.waivers,
  ]);
  const [lastKnownGood, overrides, waivers] = documents;
  const now = engine.clock.now();
  return {
    lastKnownGood,
    overrides: (overrides?.items ?? []).filter((one) => one.slotId === slot.slotId && one.until > now),
    waivers: activeWaivers(waivers?.items ?? [], now),
  };
}
