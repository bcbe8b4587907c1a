import { afterEach, beforeEach, describe } from 'node:test';
import { historySuite } from './repositories/history.ts';
import { readingSuite } from './repositories/reading.ts';
import { hereOf, type RepositoriesWorld } from './repositories/world.ts';
import { writingSuite } from './repositories/writing.ts';

export type { ForeignCommit, RepositoriesWorld } from './repositories/world.ts';

/** What every adapter of the port must do. `makeWorld` gives each test a repository of its own, empty. */
export function repositoriesContract(name: string, makeWorld: () => Promise<RepositoriesWorld>): void {
  describe(`repositories: ${name}`, () => {
    let world: RepositoriesWorld;
    beforeEach(async () => {
      world = await makeWorld();
    });
    afterEach(async () => world.close());
    const here = hereOf(() => world);
    readingSuite(here);
    historySuite(here);
    writingSuite(here);
  });
}
