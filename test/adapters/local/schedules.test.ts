import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { it } from 'node:test';
import { createLocalSchedules } from '../../../shared/adapters/local/schedules.ts';
import { PortError } from '../../../shared/domain/errors.ts';
import { temporaryFolder } from '../../cli/support.ts';
import { schedulesContract } from '../../contracts/schedules.contract.ts';

schedulesContract('the file of the sample world', async () => {
  const folder = temporaryFolder();
  const file = join(folder.path, 'schedules.json');
  return {
    port: createLocalSchedules(file),
    put: (schedules) => writeFile(file, JSON.stringify(schedules)),
    close: async () => folder[Symbol.dispose](),
  };
});

it('a file of schedules that is gone or is none is an error, and no empty list', async () => {
  using folder = temporaryFolder();
  const file = join(folder.path, 'schedules.json');
  const fails = (code: string) => (error: unknown) => error instanceof PortError && error.code === code;
  await assert.rejects(createLocalSchedules(file).list(), fails('not-found'));
  await writeFile(file, '[{"name": "a"}]');
  await assert.rejects(createLocalSchedules(file).list(), fails('invalid'));
});
