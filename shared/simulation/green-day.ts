import type { Revision } from '../domain/revision.ts';
import { paths } from '../engine/records.ts';
import type { Stage } from './stage.ts';

const BEFORE = 'before';

/** The state that a green day leaves to the next one: a last known good, and a world that stands there. */
export function layDownGreenDay({ store, world, options }: Stage): void {
  const repositories = [...world.repositories.keys()];
  for (const name of repositories) {
    world.foreign(`repositories/${name}/refs/heads/high-noon/context`, `context-${BEFORE}`);
    world.foreign(`repositories/${name}/refs/heads/high-noon/release`, `commit-${BEFORE}`);
  }
  for (const name of world.datasetNames) {
    world.foreign(`datasets/${name}/staged`, `v-${BEFORE}`);
    world.foreign(`datasets/${name}/live`, `v-${BEFORE}`);
  }
  for (const name of world.services.keys()) world.foreign(`services/${name}/traffic`, `rev-${BEFORE}`);
  const all = (names: Iterable<string>, value: string) => Object.fromEntries([...names].map((name) => [name, value]));
  const good: Revision = {
    at: `${options.date}T00:00:00.000Z`,
    runId: 'high-noon-sync@before#1',
    adopted: false,
    commits: all(repositories, `commit-${BEFORE}`),
    datasets: all(world.datasetNames, `v-${BEFORE}`),
    services: all(world.services.keys(), `rev-${BEFORE}`),
    manifest: null,
  };
  store.put(paths.lastKnownGood, good);
}
