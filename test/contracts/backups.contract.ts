import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { BackupsPort } from '../../shared/ports/backups.ts';

/**
 * The store has a finished backup of the 23rd (1234 bytes) and one of the 24th that is being made, a daily schedule that
 * keeps seven days, and a location `europe-west1` that cannot be reached. `gs://copies/shop/` holds three copies of 4, 5
 * and 6 bytes, written in this order, and a note of a restore test.
 */
export interface BackupsWorld {
  readonly port: BackupsPort;
  close(): Promise<void>;
}

export const FOLDER = 'gs://copies/shop/';
export const COPIES = ['one', 'three', 'two'] as const;

export function backupsContract(name: string, make: () => Promise<BackupsWorld>): void {
  describe(`backups: ${name}`, () => {
    let world: BackupsWorld;
    beforeEach(async () => {
      world = await make();
    });
    afterEach(() => world.close());

    it('lists the backups of the store, and names where it could not look', async () => {
      const { backups, unreachable } = await world.port.backups();
      assert.deepEqual(backups.map(({ at, state, bytes }) => [at, state, bytes]).sort(), [
        ['2026-11-23T00:00:00.000Z', 'ready', 1234],
        ['2026-11-24T00:00:00.000Z', 'creating', null],
      ]);
      assert.deepEqual(unreachable, ['europe-west1']);
    });

    it('says how often backups are made, and for how long they are kept', async () => {
      assert.deepEqual(await world.port.schedules(), [{ recurrence: 'daily', retentionSeconds: 604_800 }]);
    });

    it('lists the copies of a folder, newest first, and the note of a restore test is none', async () => {
      const copies = await world.port.copies(FOLDER);
      assert.deepEqual(
        copies.map(({ name: uri, state, bytes }) => [uri, state, bytes]),
        [...COPIES].reverse().map((key) => [`${FOLDER}${key}`, 'ready', 4 + COPIES.indexOf(key)]),
      );
    });

    it('finds no copy where there is none', async () => {
      assert.deepEqual(await world.port.copies('gs://copies/other/'), []);
    });
  });
}
