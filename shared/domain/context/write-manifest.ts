import { stringify } from 'yaml';
import { toSeconds } from '../time.ts';
import { type ContextManifest, MANIFEST_SHAPE } from './manifest.ts';

const inOrder = <T>(record: Readonly<Record<string, T>>): [string, T][] =>
  Object.entries(record).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));

/** The manifest as it is stored. Equal manifests give equal bytes, whatever order their parts were put together in. */
export function writeManifest(manifest: Omit<ContextManifest, 'shape'>): string {
  const { sequence, syncedAt, run, adopted, previous, configuration, code } = manifest;
  const content = {
    schema: MANIFEST_SHAPE,
    sequence,
    synced_at: toSeconds(syncedAt),
    run,
    adopted,
    previous,
    configuration,
    code,
    repositories: Object.fromEntries(inOrder(manifest.repositories).map(([name, { commit }]) => [name, { commit }])),
    datasets: Object.fromEntries(inOrder(manifest.datasets)),
    services: Object.fromEntries(inOrder(manifest.services)),
  };
  return stringify(content, { lineWidth: 0, version: '1.2', schema: 'core' });
}
