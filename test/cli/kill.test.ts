import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { highnoon, temporaryFolder } from './support.ts';

interface Day {
  readonly phases: { slot: string; ending: string; attempt: number; rollback: unknown }[];
}

/** Something that an operation leaves half-way: when it is there, the operation is in its midst. */
const MOMENTS: Record<string, (data: string) => boolean> = {
  'prepare-ingestion staged its first batch': (data) =>
    existsSync(join(data, 'objects', 'livhana-fixture-highnoon-data', 'staged', 'square_transactions', 'current.json')),
  'update-context wrote its first copy': (data) => hasRef(data, 'LivHana-SoT', 'refs/heads/high-noon/context'),
  'sync-repositories moved its first ref': (data) => hasRef(data, 'LivHana-SoT', 'refs/heads/high-noon/release'),
  'refresh-data-layer moved its first pointer': (data) =>
    existsSync(join(data, 'objects', 'livhana-fixture-highnoon-data', 'live', 'square_transactions', 'current.json')),
  'mark-release made its first tag': (data) => hasRef(data, 'LivHana-SoT', 'refs/tags/high-noon'),
};

function hasRef(data: string, repository: string, ref: string): boolean {
  const file = join(data, 'repositories', repository, ref);
  if (!existsSync(file)) return false;
  return !ref.startsWith('refs/tags') || readdirSync(file).length > 0;
}

describe('a killed process', () => {
  for (const [moment, isNow] of Object.entries(MOMENTS)) {
    it(`is resumed by the next start when it dies as ${moment}`, async () => {
      using folder = temporaryFolder();
      const child = spawn(
        process.execPath,
        ['functions/cli/start.mjs', 'day', '--date', '2026-11-24', '--data', folder.path],
        { stdio: ['ignore', 'ignore', 'pipe'] },
      );
      let ended = false;
      let told = '';
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        told += text;
      });
      child.on('close', () => {
        ended = true;
      });
      while (!ended && !isNow(folder.path)) await turn();
      assert.equal(ended, false, `it must be killed before it ends: ${told}`);
      child.kill('SIGKILL');
      while (!ended) await turn();
      const again = await highnoon(['day', '--date', '2026-11-24', '--data', folder.path, '--json']);
      const day = again.json<Day>();
      const endings = Object.fromEntries(day.phases.map(({ slot, ending, attempt }) => [slot, `${ending} ${attempt}`]));
      assert.equal(again.code, 0, JSON.stringify(endings));
      assert.equal(endings['high-noon-sync@2026-11-24T12:00Z'], 'passed 1');
      assert.equal(day.phases.length, 7);
      const ledger = await highnoon(['ledger', 'verify', '--data', folder.path]);
      assert.equal(ledger.code, 0, ledger.out);
    });
  }
});
