import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createLocalAccess, createLocalAccessChange } from '../../../shared/adapters/local/access.ts';
import { SteppedClock } from '../../../shared/adapters/local/clock.ts';
import { temporaryFolder } from '../../cli/support.ts';
import { accessContract, CONDITION, KEY_AT, OFF, OLD } from '../../contracts/access.contract.ts';

accessContract('the file of the sample world', async () => {
  const folder = temporaryFolder();
  const file = join(folder.path, 'access.json');
  const owner = (member: string, condition: string | null = null) => ({ role: 'roles/owner', member, condition });
  const key = (id: string) => ({ id, createdAt: KEY_AT, userManaged: true });
  await writeFile(
    file,
    JSON.stringify({
      bindings: [owner('user:a'), owner('user:b'), owner('user:a', CONDITION)],
      serviceAccounts: [
        { email: OLD, disabled: false, lastUsedAt: 'in-use', keys: [key('k1'), key('k2')] },
        { email: OFF, disabled: true, lastUsedAt: null, keys: [] },
      ],
    }),
  );
  const clock = new SteppedClock('2026-11-24T12:00:00.000Z');
  return {
    port: createLocalAccess({ file, clock }),
    hands: createLocalAccessChange(file),
    close: async () => folder[Symbol.dispose](),
  };
});
