import type { Json } from '../domain/json.ts';
import type { OperationContext } from '../domain/operation.ts';
import type { Bindings } from '../domain/ticket.ts';
import type { DatasetPlaces } from '../ports/datasets.ts';
import type { PortMap } from '../ports/port-map.ts';
import type { Repository } from '../ports/repositories.ts';
import type { World } from './world.ts';

type Context = Pick<OperationContext<PortMap>, 'ports'>;

export const repositoryOf = (name: string): Repository => ({ name, url: `https://git.invalid/${name}` });

export const placesOf = (name: string): DatasetPlaces => ({
  name,
  source_uri: `gs://${name}/source`,
  incoming_uri: `gs://${name}/incoming`,
  staged_uri: `gs://${name}/staged`,
  live_uri: `gs://${name}/live`,
});

const RELEASE_REF = 'refs/heads/high-noon/release';
const CONTEXT_REF = 'refs/heads/high-noon/context';

/** The ref that noon moves for a purpose, where its ticketed old value stands, and what it becomes. */
export function targetsOf(
  date: string,
  what: 'context' | 'release' | 'tag',
): { readonly ref: string; readonly from: string | undefined; readonly to: string } {
  switch (what) {
    case 'context':
      return { ref: CONTEXT_REF, from: 'context-ref', to: `context-${date}` };
    case 'release':
      return { ref: RELEASE_REF, from: 'release-ref', to: `commit-${date}` };
    case 'tag':
      return { ref: `refs/tags/high-noon/${date}`, from: undefined, to: `tag-${date}` };
  }
}

export async function observe(world: World, { ports }: Context, what: 'repositories'): Promise<Json> {
  const seen: Record<string, Json> = {};
  for (const name of world[what].keys()) {
    const { refs } = await ports.repositories.listRefs(repositoryOf(name));
    seen[`${name}/release-ref`] = refs.get(RELEASE_REF) ?? null;
    seen[`${name}/context-ref`] = refs.get(CONTEXT_REF) ?? null;
  }
  return seen;
}

/** Everything that noon would change, as it stands. */
export async function bindingsOf(world: World, context: Context): Promise<Bindings> {
  const bindings: Record<string, Json> = {
    ...((await observe(world, context, 'repositories')) as Record<string, Json>),
  };
  for (const name of world.datasetNames) {
    for (const which of ['staged', 'live'] as const)
      bindings[`${name}/${which}`] = (await context.ports.datasets.pointer(placesOf(name), which)).version;
  }
  for (const name of world.services.keys()) {
    const { serving } = (await context.ports.services.describe(name)) as unknown as { serving: string };
    bindings[`${name}/serving`] = serving;
  }
  return bindings;
}
