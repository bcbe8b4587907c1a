import assert from 'node:assert/strict';
import { it } from 'node:test';
import { UsageError } from '../../shared/domain/errors.ts';
import { provideRuntime, theRuntime } from '../../shared/runtime/the-runtime.ts';
import { temporaryFolder } from '../cli/support.ts';

it('a process whose runtime could not be made once makes it when the next message comes', async () => {
  using folder = temporaryFolder();
  const before = { ...process.env };
  try {
    process.env.HIGHNOON_DATA = folder.path;
    process.env.HIGHNOON_STORE = 'elsewhere';
    await assert.rejects(theRuntime(), UsageError);
    process.env.HIGHNOON_STORE = 'local';
    const runtime = await theRuntime();
    assert.equal(await theRuntime(), runtime);
    await runtime.close();
  } finally {
    provideRuntime(undefined);
    process.env = before;
  }
});
