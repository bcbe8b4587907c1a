import type { ContextManifest } from '../../../shared/domain/context/index.ts';
import { adoptedManifest, manifestDigest, writeManifest } from '../../../shared/domain/context/index.ts';
import { keptUri } from '../../../shared/operations/context/manifest-object.ts';
import { MANIFEST_URI, type World } from '../repositories/support.ts';

export interface Stored {
  readonly text: string;
  readonly digest: string;
}

/** A manifest in the object store, in whatever state a test needs it. */
export async function storeManifest(
  world: World,
  commits: Readonly<Record<string, string>>,
  change: Partial<ContextManifest> = {},
  options: { readonly kept?: boolean } = {},
): Promise<Stored> {
  const circumstances = {
    at: '2026-11-23T12:00:05.000Z',
    runId: 'high-noon-sync@2026-11-23T12:00Z#1',
    pins: { plan: 'p', configuration: 'c', code: 'v1' },
    repositories: Object.keys(commits),
  };
  return store(world, writeManifest({ ...adoptedManifest(circumstances, commits), ...change }), options);
}

export async function store(world: World, text: string, options: { readonly kept?: boolean } = {}): Promise<Stored> {
  const digest = manifestDigest(text);
  await world.objects.write(MANIFEST_URI, Buffer.from(text), { when: 'any' });
  if (options.kept === true) await keep(world, { text, digest });
  return { text, digest };
}

export async function keep(world: World, { text, digest }: Stored): Promise<void> {
  await world.objects.write(keptUri(MANIFEST_URI, digest), Buffer.from(text), { when: 'any' });
}

/** Everything in the object store: name to digest of its bytes. */
export async function stored(world: World): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for await (const { uri } of world.objects.list('gs://fixture-context/')) {
    const parts: Uint8Array[] = [];
    for await (const part of world.objects.read(uri)) parts.push(part);
    found[uri] = manifestDigest(Buffer.concat(parts));
  }
  return found;
}
