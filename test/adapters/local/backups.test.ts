import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createLocalBackups } from '../../../shared/adapters/local/backups.ts';
import { SteppedClock } from '../../../shared/adapters/local/clock.ts';
import { LocalObjects } from '../../../shared/adapters/local/objects.ts';
import { plusSeconds } from '../../../shared/domain/time.ts';
import { temporaryFolder } from '../../cli/support.ts';
import { backupsContract, COPIES, FOLDER } from '../../contracts/backups.contract.ts';

backupsContract('the files of the sample world', async () => {
  const folder = temporaryFolder();
  const file = join(folder.path, 'backups.json');
  await writeFile(
    file,
    JSON.stringify({
      backups: [
        { name: 'two', at: '2026-11-24T00:00:00.000Z', state: 'creating' },
        { name: 'one', at: '2026-11-23T00:00:00.000Z', bytes: 1234 },
      ],
      unreachable: ['europe-west1'],
      schedules: [{ recurrence: 'daily', retentionSeconds: 604_800 }],
    }),
  );
  const clock = new SteppedClock('2026-11-24T00:00:00.000Z');
  const objects = new LocalObjects({ data: folder.path, clock });
  for (const [index, key] of COPIES.entries()) {
    clock.advanceTo(plusSeconds(clock.now(), 60));
    await objects.write(`${FOLDER}${key}`, Buffer.alloc(4 + index), { when: 'absent' });
  }
  await objects.write(`${FOLDER}restore-test.json`, Buffer.from('{}'), { when: 'absent' });
  return {
    port: createLocalBackups({ file, objects }),
    close: async () => {
      objects.close();
      folder[Symbol.dispose]();
    },
  };
});
