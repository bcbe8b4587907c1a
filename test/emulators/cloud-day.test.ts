import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { metricCatalog } from '../../shared/domain/catalog.ts';
import type { LedgerEntry } from '../../shared/domain/ledger.ts';
import { ledgerWhole } from '../../shared/operator/api/ledger-view.ts';
import { commandLine } from './cloud/command-line.ts';
import { LIVE_TABLE } from './cloud/configuration.ts';
import {
  type CloudDay,
  openCloudDay,
  PERSON,
  playSaturday,
  playSunday,
  SATURDAY,
  SUNDAY,
  slotOf,
} from './cloud/day.ts';
import { missingPermissions } from './cloud/missing-permissions.ts';
import { servingIn } from './cloud/seed-run.ts';
import { CHECK, RUN_PARENT } from './cloud/world.ts';
import { missingEmulators } from './emulators.ts';

const skip = missingEmulators(['firestore', 'pubsub']) ?? false;
const REQUIRED = [
  'scheduler_execution_duration_ms',
  'scheduler_success_rate',
  'high_noon_sync_status',
  'compliance_check_results',
];
const RELEASED = 'integration-service';

describe("two days with the composed cloud runtime, every part of Google's spoken to by its own client", {
  skip,
}, () => {
  let day: CloudDay;
  let viewOfSaturday: string | undefined;
  let servingOnSaturday: string | undefined;
  let callsOfFunctions: readonly string[] = [];

  before(async () => {
    day = await openCloudDay();
    await playSaturday(day);
    viewOfSaturday = day.world.bigquery.tables.get(LIVE_TABLE)?.view?.query;
    servingOnSaturday = servingIn(day.world.run, RUN_PARENT, RELEASED);
    await playSunday(day);
    callsOfFunctions = [...day.world.policies.faults.calls];
  });
  after(() => day?.[Symbol.asyncDispose]());

  const object = (address: string) => day.world.storage.objects.get(address)?.bytes.toString('utf8');
  const report = (date: string, name: string) => object(`livhana-fixture-highnoon-reports/${date}/${name}`) ?? '';

  it('names the paused schedule and passes when it is run again', async () => {
    const { attempt, ending } = await day.run(slotOf('t-90-prep', SATURDAY));
    assert.deepEqual([attempt, ending], [2, 'degraded']);
  });

  it('tells chat and mail of it once each, though the chat could not be reached at first', () => {
    const { texts, refused } = day.world.chat;
    assert.deepEqual([texts.length, refused], [1, 1], texts.join('\n'));
    assert.match(texts[0] ?? '', /^\*ERROR\* t-90-prep failed: it is paused/);
    const [message, ...more] = day.world.mail.messages;
    assert.deepEqual([message?.to, more], [[PERSON.name], []]);
    assert.match(message?.text ?? '', /^Subject: \[High Noon\] ERROR t-90-prep failed: it is paused/m);
  });

  it('waits at the first noon for a person, and asks nobody on the second', async () => {
    const first = await day.run(slotOf('high-noon-sync', SATURDAY));
    const second = await day.run(slotOf('high-noon-sync', SUNDAY));
    assert.deepEqual([first.ending, second.ending], ['passed', 'passed']);
    const ledger = await day.emulated.runtime.engine.documents.query<LedgerEntry>('ledger');
    const released = ledger.filter(({ data }) => data.kind === 'hold-released');
    assert.deepEqual(
      released.map(({ data: { subject, actor } }) => [subject, actor]),
      [[SATURDAY, PERSON.name]],
    );
    assert.match(report(SUNDAY, 'high-noon-sync.md'), /^# HIGH NOON SYNC REPORT/);
  });

  it('has moved traffic to the candidate of each day, with the token in its label', () => {
    assert.equal(servingOnSaturday, `${RELEASED}-${SATURDAY.replaceAll('-', '')}`);
    assert.equal(servingIn(day.world.run, RUN_PARENT, RELEASED), `${RELEASED}-${SUNDAY.replaceAll('-', '')}`);
    const tokens = day.world.run.updates.map(({ labels }) => Number(labels['high-noon-token']));
    assert.equal(tokens.length, 2);
    assert.ok((tokens[0] ?? 0) > 0 && (tokens[1] ?? 0) > (tokens[0] ?? 0), String(tokens));
    assert.ok(day.world.run.updates.every(({ mask }) => mask.join() === 'traffic,labels'));
  });

  it('has swapped the view in BigQuery from one version of the batch to the next', () => {
    const view = day.world.bigquery.tables.get(LIVE_TABLE)?.view?.query;
    const sources = [viewOfSaturday, view].map((query) => /`livhana-fixture\.([^`]+)`$/.exec(query ?? '')?.[1] ?? '');
    assert.notEqual(sources[0], sources[1]);
    for (const source of sources) assert.equal(day.world.bigquery.tables.get(source)?.rows.length, 240, source);
  });

  it('has written the four required metrics, as the service takes them', () => {
    const written = new Map<string, number>();
    for (const { wire } of day.world.monitoring.points)
      written.set(wire.metric.type, (written.get(wire.metric.type) ?? 0) + 1);
    for (const name of REQUIRED) assert.ok((written.get(`${metricCatalog.prefix}/${name}`) ?? 0) > 0, name);
    const status = day.world.monitoring.points.filter(({ wire }) => wire.metric.type.endsWith('high_noon_sync_status'));
    assert.equal(status.at(-1)?.wire.points[0]?.value.int64Value, '1');
  });

  it('has asked GitHub for the checks and the rules, and pushed by git to the same host', async () => {
    const { requests } = day.world.github;
    for (const path of ['check-runs', '/rules/branches/', '/branches/main'])
      assert.ok(
        requests.some((one) => one.startsWith('GET /repos/') && one.includes(path)),
        path,
      );
    assert.ok(requests.includes('POST /livhana/LivHana-SoT/git-receive-pack'));
    const { operations } = await day.run(slotOf('t-90-prep', SUNDAY));
    const evidence = operations.find(({ name }) => name === 'check-trinity-status')?.evidence ?? [];
    const checks = evidence.filter(({ request }) => request.startsWith('required checks of'));
    assert.deepEqual(
      checks.map(({ value }) => value),
      [1, 2, 3].map(() => ({ [CHECK]: 'green' })),
    );
  });

  it('has opened the token that writes at noon alone, and proven it before the first effect', async () => {
    const times = day.world.secretsRead.filter(({ name }) => name === 'highnoon-git-write-token').map(({ at }) => at);
    assert.ok(times.length > 0);
    assert.ok(
      times.every((at) => at.slice(11, 16) >= '12:00' && at.slice(11, 16) <= '12:05'),
      [...new Set(times)].join(' '),
    );
    const { operations } = await day.run(slotOf('high-noon-sync', SUNDAY));
    const receipts = operations.find(({ name }) => name === 'verify-ticket')?.evidence ?? [];
    assert.equal(receipts.filter(({ subject }) => subject.endsWith('/write')).length, 3);
  });

  it('has reviewed the week and kept an encrypted snapshot, which a restore was rehearsed from', async () => {
    const review = await day.run(slotOf('weekly-risk-review', SUNDAY));
    assert.equal(
      review.ending,
      'degraded',
      JSON.stringify(review.operations.map(({ name, verdict }) => [name, verdict])),
    );
    const found = review.operations.flatMap(({ findings }) =>
      findings.filter(({ severity }) => severity !== 'info').map(({ id }) => id.split('/').at(-1)),
    );
    assert.deepEqual([...new Set(found)].sort(), ['deleted-member', 'too-few-points']);
    assert.match(report(SUNDAY, 'weekly-risk-review.md'), /^# /);
    const snapshot = await day.run(slotOf('snapshot-orchestration', SUNDAY));
    assert.equal(snapshot.ending, 'passed');
    const packs = [...day.world.storage.objects].filter(
      ([name]) => name.includes('-snapshots/') && name.includes('pack'),
    );
    assert.ok(packs.length > 0);
    assert.ok(packs.every(([, { bytes }]) => !bytes.includes('user-00')));
  });

  it('has written every line as Cloud Logging reads it, tied to its request, and no secret in any', () => {
    const banner = /^(Serving function\.\.\.|Function: |Signature type: |URL: )/;
    const lines = day.lines.filter(({ line }) => !banner.test(line));
    assert.ok(lines.length > 12, `${lines.length} lines`);
    for (const { line } of lines) {
      const { severity, time, message, ...more } = JSON.parse(line) as Record<string, string>;
      assert.match(severity ?? '', /^(INFO|NOTICE|WARNING|ERROR)$/, line);
      assert.match(time ?? '', /^2026-11-2[89]T/);
      assert.ok((message ?? '') !== '');
      assert.match(
        more['logging.googleapis.com/trace'] ?? '',
        /^projects\/livhana-fixture\/traces\/[0-9a-f]{32}$/,
        line,
      );
      for (const secret of day.world.secrets) assert.ok(!line.includes(secret), line);
    }
  });

  commandLine(() => day);
  missingPermissions(() => day);

  it('has called nothing of Google that its accounts may not: reads alone of schedules and of policies', () => {
    assert.deepEqual([...new Set(day.world.scheduler.faults.calls)], ['listJobs']);
    assert.deepEqual([...new Set(callsOfFunctions)], ['getIamPolicy']);
  });

  it('ends with a whole ledger and nothing owed', async () => {
    const { engine } = day.emulated.runtime;
    const ledger = await ledgerWhole(engine);
    assert.deepEqual([ledger.firstBad, ledger.intact], [null, true]);
    assert.deepEqual(await engine.documents.query('outbox'), []);
  });
});
