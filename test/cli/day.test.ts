import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fingerprint, highnoon, temporaryFolder } from './support.ts';

interface Day {
  readonly schema: string;
  readonly verdict: string;
  readonly exitCode: number;
  readonly phases: {
    phase: string;
    slot: string;
    ending: string;
    operations: { evidence: unknown[]; verdict: string }[];
  }[];
  readonly lastKnownGood: { commits: Record<string, string>; adopted: boolean };
  readonly reports: { markdown: string; json: string };
  readonly nextHighNoon: string;
}

const objectFile = (data: string, uri: string) => join(data, 'objects', uri.slice('gs://'.length));

describe('a whole day through the served functions', () => {
  it('ends with the report and exit code 0, twice in a row, and dry-runs between them write nothing', async () => {
    using folder = temporaryFolder();
    const first = await highnoon(['day', '--date', '2026-11-24', '--data', folder.path, '--json']);
    assert.equal(first.code, 0, first.err);
    const day = first.json<Day>();
    assert.equal(day.schema, 'highnoon.day/1');
    assert.equal(day.nextHighNoon, '2026-11-25T12:00:00Z');
    assert.deepEqual(day.phases.map(({ phase }) => phase).sort(), [
      'high-noon-sync',
      'snapshot-orchestration',
      'snapshot-orchestration',
      'snapshot-orchestration',
      'snapshot-orchestration',
      't-30-final-check',
      't-90-prep',
    ]);
    for (const { operations } of day.phases) {
      for (const { evidence, verdict } of operations) assert.ok(verdict !== 'passed' || evidence.length > 0);
    }
    const markdown = readFileSync(objectFile(folder.path, day.reports.markdown), 'utf8');
    assert.match(markdown, /^# HIGH NOON SYNC REPORT\n\nGenerated: 2026-11-24T12:/);
    for (const section of ['Executive Summary', 'Synchronization Details', 'Sovereign Status', 'Next High Noon'])
      assert.ok(markdown.includes(`## ${section}`));
    const report = JSON.parse(readFileSync(objectFile(folder.path, day.reports.json), 'utf8'));
    assert.equal(report.NEXT_HIGH_NOON, '2026-11-25T12:00:00Z');

    const before = fingerprint(folder.path);
    for (const phase of [
      't-90-prep',
      't-30-final-check',
      'high-noon-sync',
      'weekly-risk-review',
      'snapshot-orchestration',
    ]) {
      const dry = await highnoon([
        'run',
        phase,
        '--dry-run',
        '--at',
        '2026-11-25T12:00:00Z',
        '--data',
        folder.path,
        '--json',
      ]);
      const view = dry.json<{
        dryRun: boolean;
        operations: { kind: string; wouldDo?: { effect: string; target: string; detail: string }[] }[];
        gate: { answer: string };
      }>();
      assert.equal(view.dryRun, true);
      assert.ok(['open', 'wait', 'refuse'].includes(view.gate.answer));
      for (const operation of view.operations)
        if (operation.kind === 'action') assert.ok(Array.isArray(operation.wouldDo));
      assert.deepEqual(fingerprint(folder.path), before, phase);
    }

    const second = await highnoon(['day', '--date', '2026-11-25', '--data', folder.path, '--json']);
    assert.equal(second.code, 0, second.err);
    const next = second.json<Day>();
    assert.equal(next.verdict, 'passed');
    assert.notDeepEqual(next.lastKnownGood.commits, day.lastKnownGood.commits);
    assert.equal(next.lastKnownGood.adopted, false);

    // That day is a Wednesday: the weekly self-test went through outbox and relay to where escalations are told.
    const told = readFileSync(join(folder.path, 'escalations.ndjson'), 'utf8').trim().split('\n');
    assert.deepEqual(
      told.map((line) => JSON.parse(line)).map(({ id, cause }: { id: string; cause: string }) => ({ id, cause })),
      [{ id: 'self-test@2026-11-25T09:00Z', cause: 'self-test' }],
    );

    const ledger = await highnoon(['ledger', 'verify', '--data', folder.path, '--json']);
    assert.equal(ledger.code, 0);
    assert.equal(ledger.json<{ intact: boolean }>().intact, true);
    const status = await highnoon(['status', '--date', '2026-11-25', '--data', folder.path, '--json']);
    assert.equal(status.json<{ slots: unknown[] }>().slots.length, 7);
    const earlier = await highnoon(['day', '--date', '2026-11-24', '--data', folder.path]);
    assert.equal(earlier.code, 2);
  });

  it('leads with the verdict on the screen', async () => {
    using folder = temporaryFolder();
    const answer = await highnoon(['day', '--date', '2026-11-24', '--data', folder.path]);
    assert.equal(answer.code, 0, answer.err);
    assert.match(answer.out, /^2026-11-24: (PASSED|DEGRADED) \(exit code 0\), noon passed\n/);
    assert.ok(existsSync(join(folder.path, 'herbitrage.yaml')));
    const before = fingerprint(join(folder.path, 'objects'));
    const again = await highnoon(['day', '--date', '2026-11-24', '--data', folder.path]);
    assert.equal(again.code, 0, again.err);
    assert.match(
      again.out,
      /^2026-11-24: (PASSED|DEGRADED) \(exit code 0\), noon passed\nAlready played: .* stored\.\n/,
    );
    assert.doesNotMatch(again.err, /playing 2026-11-24/);
    assert.deepEqual(fingerprint(join(folder.path, 'objects')), before);
  });
});
