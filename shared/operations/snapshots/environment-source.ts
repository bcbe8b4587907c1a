import type { MemoryCollection } from '../../domain/configuration/index.ts';
import type { CaptureOptions, CutOptions, MemoryPort, RawDocument, RawFields } from '../../ports/memory.ts';
import { encodeFields } from '../../snapshots/index.ts';

/** The collection of a snapshot in which the environment of the process stands, one document for each that asks for it. */
export const ENVIRONMENT_COLLECTION = 'highnoon-environment';

export const namesEnvironment = (collections: readonly MemoryCollection[]): boolean =>
  collections.some(({ env_allowlist }) => env_allowlist !== undefined && env_allowlist.length > 0);

/** The memory with the environment beside it: only variables that the configuration names are ever read. */
export function withEnvironment(
  source: MemoryPort,
  collections: readonly MemoryCollection[],
  environment: Readonly<Record<string, string | undefined>>,
): MemoryPort {
  const cuts = source.cuts?.bind(source);
  return {
    ...(cuts === undefined
      ? {}
      : {
          cuts: async (name: string, options: CutOptions) =>
            name === ENVIRONMENT_COLLECTION ? [] : cuts(name, options),
        }),
    capture: (collection, options) =>
      collection === ENVIRONMENT_COLLECTION
        ? environmentDocuments(collections, environment, options)
        : source.capture(collection, options),
    restore: (collection, documents) => source.restore(collection, documents),
  };
}

async function* environmentDocuments(
  collections: readonly MemoryCollection[],
  environment: Readonly<Record<string, string | undefined>>,
  { after }: CaptureOptions,
): AsyncGenerator<RawDocument> {
  const asking = collections.filter(({ env_allowlist = [] }) => env_allowlist.length > 0);
  // Names of collections are plain ASCII: their order as texts is that of their bytes.
  for (const { collection, env_allowlist = [] } of asking.toSorted((a, b) => (a.collection < b.collection ? -1 : 1))) {
    const path = `${ENVIRONMENT_COLLECTION}/${collection}`;
    if (after !== undefined && path <= after) continue;
    const fields: RawFields = Object.fromEntries(env_allowlist.map((name) => [name, rawText(environment[name])]));
    yield { path, fields: encodeFields(fields, path) };
  }
}

const rawText = (value: string | undefined) =>
  value === undefined ? { nullValue: 'NULL_VALUE' as const } : { stringValue: value };
