import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { describe, it } from 'node:test';
import { openLocal } from '../../functions/cli/open-runtime.ts';
import { createOutput } from '../../functions/cli/output.ts';
import { createLoop } from '../../functions/cli/serve/fire-on-time.ts';
import { serveFunctions } from '../../functions/cli/serve/push-server.ts';
import type { SlotRecord } from '../../shared/domain/run.ts';
import { paths } from '../../shared/engine/records.ts';
import { provideRuntime } from '../../shared/runtime/the-runtime.ts';
import { temporaryFolder } from './support.ts';

/** A Sunday: its weekly review may be rerun for a day, so that something can still be asked for in the evening. */
const WEEKLY = 'weekly-risk-review@2026-11-29T12:00Z';
const EVENING = '2026-11-29T23:59:59.000Z';

/** Plays nothing but the review, which cannot pass in a world without a past; the rest of that day nobody started. */
async function reviewedOnly<T>(
  data: string,
  body: (world: Awaited<ReturnType<typeof open>>) => Promise<T>,
): Promise<T> {
  const world = await open(data);
  try {
    const messageId = 'the review of a world without a past';
    const message = { phase: 'weekly-risk-review', trigger: 'schedule' };
    await world.servers.push({ topic: 'weekly-risk-review', messageId, publishedAt: EVENING, data: message });
    return await body(world);
  } finally {
    await world.servers.close();
    provideRuntime(undefined);
    await world.runtime.close();
  }
}

async function open(data: string) {
  const runtime = await openLocal({ positionals: [], options: { data } }, createOutput(true), EVENING);
  await runtime.stepTo(EVENING);
  provideRuntime(runtime);
  return { runtime, servers: await serveFunctions(runtime) };
}

const askRerun = (operator: string): Promise<Response> =>
  fetch(`${operator}/api/acts/rerun`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-highnoon-act': '1' },
    body: JSON.stringify({ phase: 'weekly-risk-review', slot: WEEKLY, reason: 'backups are there now' }),
  });

describe('a served day', () => {
  it('delivers what a person asks for on its page: a rerun runs, though the clock stands', async () => {
    using folder = temporaryFolder();
    await reviewedOnly(folder.path, async ({ runtime, servers }) => {
      const record = () => runtime.engine.documents.get<SlotRecord>(paths.slot(WEEKLY));
      assert.equal((await record())?.attempt, 1);
      assert.equal((await askRerun(servers.operator)).status, 200);
      assert.equal((await record())?.attempt, 1, 'asked for, not delivered yet');
      await createLoop(runtime, servers).turn();
      assert.equal((await record())?.attempt, 2);
      assert.equal((await record())?.status, 'concluded');
      assert.equal(runtime.publisher.size, 0, 'escalations of it are delivered too');
      assert.equal(runtime.clock.now(), EVENING, 'no schedule came due meanwhile');
    });
  });

  it('does so in the process of `day --serve`, until it is interrupted', async () => {
    using folder = temporaryFolder();
    await reviewedOnly(folder.path, async () => {});
    const args = ['functions/cli/start.mjs', 'day', '--date', '2026-11-29', '--serve', '--data', folder.path];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    const closed = once(child, 'close');
    try {
      const operator = await addressIn(createInterface(child.stderr));
      assert.equal((await askRerun(operator)).status, 200);
      const events = await fetch(`${operator}/events`);
      // The page is told of each change; the review's second ending is one.
      for await (const _told of events.body ?? []) if ((await attemptOf(operator)) === 2) break;
      assert.equal(await attemptOf(operator), 2);
    } finally {
      child.kill('SIGINT');
      await closed;
    }
    assert.equal(child.exitCode, 1, "the exit code is the day's");
  });
});

async function addressIn(lines: AsyncIterable<string>): Promise<string> {
  for await (const line of lines) {
    const address = /the operator page is at (\S+)/.exec(line)?.[1];
    if (address !== undefined) return address;
  }
  throw new Error('the process ended without serving the page');
}

async function attemptOf(operator: string): Promise<number> {
  const answer = await fetch(`${operator}/api/runs/${encodeURIComponent(WEEKLY)}`);
  const run = (await answer.json()) as { attempt: number; status: string };
  return run.status === 'concluded' ? run.attempt : 0;
}
