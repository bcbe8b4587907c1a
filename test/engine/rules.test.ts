import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PortError } from '../../shared/domain/errors.ts';
import { fails } from '../../shared/domain/finding.ts';
import type { SlotRecord } from '../../shared/domain/run.ts';
import { admit } from '../../shared/engine/admit.ts';
import { anchorLedger } from '../../shared/engine/anchor-ledger.ts';
import { withDeadline } from '../../shared/engine/deadline.ts';
import { type Engine, LIMITS } from '../../shared/engine/engine.ts';
import { deliver } from '../../shared/engine/outbox.ts';
import { viewOutcome } from '../../shared/engine/read-run.ts';
import { paths } from '../../shared/engine/records.ts';
import { type PhaseOutcome, runPhase } from '../../shared/engine/run-phase.ts';
import { sweep } from '../../shared/engine/sweep.ts';
import { retrying } from '../../shared/engine/transact.ts';
import type { DocumentsPort } from '../../shared/ports/documents.ts';
import {
  createTestEngine,
  greenPhases,
  scheduled,
  slotIdAt,
  type TestEngine,
  TestResource,
  testCheck,
  testPhase,
} from '../support/engine.ts';

const DATE = '2026-11-24';
const at = (time: string) => `${DATE}T${time}:00.000Z`;
const open = (change: Partial<Engine> = {}, time = '10:30') =>
  createTestEngine(at(time), greenPhases(new TestResource()), change);
type Phase = Parameters<typeof scheduled>[0];

async function play(world: TestEngine, phase: Phase, time: string, change = {}): Promise<PhaseOutcome> {
  world.clock.advanceTo(at(time));
  return runPhase(world.engine, scheduled(phase, at(time), change));
}
const view = (world: TestEngine, phase: Phase, outcome: PhaseOutcome, time: string) =>
  viewOutcome(world.engine, phase, slotIdAt(phase, at(time)), outcome);
const broken = (severity: 'critical' | 'high' = 'high') => [
  fails({ code: 'broken', subject: 'world', message: 'it is broken', remedy: 'mend it', severity }),
];

describe('a run as it is shown', () => {
  it('has ending, verdict, exit code and its operations in order once it concluded', async () => {
    const world = open();
    const run = await view(world, 't-90-prep', await play(world, 't-90-prep', '10:30'), '10:30');
    assert.deepEqual(
      [run.status, run.ending, run.verdict, run.exitCode, run.refused, run.rehearsal, run.dryRun],
      ['concluded', 'passed', 'passed', 0, null, false, false],
    );
    assert.deepEqual(
      run.operations.map(({ name }) => name),
      ['check-world'],
    );
    assert.equal(run.startedAt, at('10:30'));
    assert.equal(run.concludedAt, at('10:30'));
  });

  it('left waiting has no ending, says for what it waits, and did not start', async () => {
    const world = open();
    const run = await view(world, 't-30-final-check', await play(world, 't-30-final-check', '11:30'), '11:30');
    assert.deepEqual(
      [run.status, run.ending, run.verdict, run.exitCode, run.startedAt, run.concludedAt],
      ['waiting', null, null, 1, null, null],
    );
    assert.equal(run.reason, 'waits for t-90-prep to conclude');
  });

  it('still running says so', async () => {
    const world = open();
    await play(world, 't-90-prep', '10:30');
    const path = paths.slot(slotIdAt('t-90-prep', at('10:30')));
    const stored = await world.documents.get<SlotRecord>(path);
    await world.documents.transact(async (t) => t.set(path, { ...stored, status: 'running' }));
    const runId = `${slotIdAt('t-90-prep', at('10:30'))}#1`;
    const run = await view(world, 't-90-prep', { kind: 'continues', runId }, '10:30');
    assert.deepEqual([run.status, run.ending, run.exitCode, run.reason], ['running', null, 1, 'is running']);
    const gone = await view(world, 't-90-prep', { kind: 'continues', runId: 't-90-prep@none#1' }, '10:30');
    assert.deepEqual([gone.status, gone.exitCode], ['none', 1]);
  });

  it('of a duplicate has the exit code of what it duplicates; any other refusal is no success', async () => {
    const world = open();
    await play(world, 't-90-prep', '10:30');
    const again = await view(world, 't-90-prep', await play(world, 't-90-prep', '10:31'), '10:31');
    assert.deepEqual([again.refused?.reason, again.exitCode, again.ending], ['duplicate', 0, 'passed']);
    const rerun = await play(world, 't-90-prep', '10:32', { rerun: true });
    const refused = await view(world, 't-90-prep', rerun, '10:32');
    assert.deepEqual([refused.refused?.reason, refused.exitCode, refused.ending], ['not-rerunnable', 1, 'passed']);
    const malformed = { kind: 'refused', reason: 'malformed', detail: 'x', slot: undefined } as const;
    const nothing = await view(world, 't-90-prep', malformed, '10:32');
    assert.deepEqual([nothing.status, nothing.exitCode, nothing.refused?.reason], ['none', 1, 'malformed']);
  });

  it('of a dry-run says what the gate would answer, its verdict and its exit code', async () => {
    const look = async (time: string, phase: Phase, operations = [testCheck('look')]) => {
      const world = createTestEngine(at(time), {
        ...greenPhases(new TestResource()),
        [phase]: testPhase(phase, operations),
      });
      return view(world, phase, await play(world, phase, time, { dryRun: true }), time);
    };
    const green = await look('10:30', 't-90-prep');
    assert.deepEqual(
      [green.status, green.verdict, green.exitCode, green.dryRun, green.rehearsal, green.gate, green.reason],
      ['none', 'passed', 0, true, false, { answer: 'open', detail: 'it would start' }, ''],
    );
    const waits = await look('11:30', 't-30-final-check');
    assert.deepEqual(waits.gate, { answer: 'wait', detail: 'it would wait for t-90-prep to conclude' });
    const red = await look('10:30', 't-90-prep', [testCheck('look', () => broken())]);
    assert.deepEqual([red.verdict, red.exitCode], ['failed', 1]);
    const soft = await look('10:30', 't-90-prep', [testCheck('look', () => broken(), { failure: 'soft' })]);
    assert.deepEqual([soft.verdict, soft.exitCode], ['degraded', 0]);
    const law = testCheck('look', () => broken('critical'), { failure: 'compliance' });
    const violated = await look('10:30', 't-90-prep', [law]);
    assert.deepEqual([violated.verdict, violated.exitCode, violated.reason], ['violated', 4, 'would lock down']);
  });

  it('of a dry-run says when its slot has ended, when its window is over, and what a rerun would meet', async () => {
    const world = open();
    const look = async (time: string, more: object = {}) => {
      const outcome = await play(world, 't-90-prep', time, { dryRun: true, ...more });
      return (await view(world, 't-90-prep', outcome, time)).gate;
    };
    await play(world, 't-90-prep', '10:30');
    const ended = /^a real run would be refused as duplicate: t-90-prep@\S+ ended passed at \d{4}-\S+Z$/;
    const duplicate = await look('10:35');
    assert.equal(duplicate?.answer, 'refuse');
    assert.match(duplicate?.detail ?? '', ended);
    const rerun = await look('10:35', { rerun: true });
    assert.equal(rerun?.answer, 'refuse');
    assert.match(rerun?.detail ?? '', /refused as not-rerunnable: .+ ended passed/);
    const next = await look('15:00');
    assert.equal(next?.answer, 'open', 'a look ahead');
    assert.match(next?.detail ?? '', /^it would start when it is due, at \S+T10:30:00Z$/);
    const over =
      /^its window closed at 2026-11-\d\dT\S+: (it would end expired$|a real run would be refused as not-due: )/;
    for (const slotDueAt of ['2026-11-23T10:30:00.000Z', '2026-11-22T10:30:00.000Z']) {
      const past = await look('15:01', { slotDueAt });
      assert.equal(past?.answer, 'refuse');
      assert.match(past?.detail ?? '', over);
    }
  });

  it('of a rehearsal is a rehearsal, kept once, and a violation in it locks down', async () => {
    for (const isViolated of [false, true]) {
      const operations = [testCheck('look', () => (isViolated ? broken('critical') : []), { failure: 'compliance' })];
      const world = createTestEngine(at('15:00'), { 't-90-prep': testPhase('t-90-prep', operations) });
      const message = { kind: 'manual' as const, messageId: 'by-hand' };
      const outcome = await play(world, 't-90-prep', '15:00', message);
      const run = await view(world, 't-90-prep', outcome, '15:00');
      assert.deepEqual([run.rehearsal, run.dryRun, run.exitCode], [true, false, isViolated ? 4 : 0]);
      assert.equal(run.reason, isViolated ? 'a violation was found: the lockdown is set' : '');
      await play(world, 't-90-prep', '15:00', message);
      assert.equal((await world.documents.query('rehearsals')).length, 1);
      const kinds = (await world.documents.query<{ kind: string }>('ledger')).map(({ data }) => data.kind);
      assert.deepEqual(kinds, isViolated ? ['rehearsed', 'lockdown-set'] : ['rehearsed']);
      const lockdown = await world.documents.get<{ active: boolean }>(paths.lockdown);
      assert.equal(lockdown?.active ?? false, isViolated);
    }
  });
});

describe('a message that asks for a rerun', () => {
  it('begins one attempt, however often it is delivered, and the next one another', async () => {
    const red = { 't-90-prep': testPhase('t-90-prep', [testCheck('look', () => broken())]) };
    const world = createTestEngine(at('10:30'), red);
    await play(world, 't-90-prep', '10:30');
    const attempts: unknown[] = [];
    for (const messageId of ['first', 'first', 'second', 'first', 'second']) {
      const outcome = await play(world, 't-90-prep', '10:35', { kind: 'manual', rerun: true, messageId });
      attempts.push(outcome.kind === 'concluded' ? outcome.slot.attempt : outcome.kind === 'refused' && outcome.reason);
    }
    assert.deepEqual(attempts, [2, 'duplicate', 3, 'duplicate', 'duplicate']);
  });

  it('is still one when its first attempt used up its stretches', async () => {
    const slot = slotIdAt('t-90-prep', at('10:30'));
    const world = open({ limits: { ...LIMITS, stretches: 1 } });
    const message = { messageId: 'died' };
    const begun = await admit(world.engine, scheduled('t-90-prep', at('10:30'), message));
    assert.equal(begun.kind, 'granted', 'and nobody works it');
    await play(world, 't-90-prep', '10:40', { kind: 'sweep', slotDueAt: at('10:30') });
    const ended = await world.documents.get<SlotRecord>(paths.slot(slot));
    assert.equal(ended?.status, 'concluded');
    assert.deepEqual(ended?.begunBy, ['died']);
    const again = await play(world, 't-90-prep', '10:41', { ...message, kind: 'manual', rerun: true });
    assert.equal(again.kind === 'refused' && again.reason, 'duplicate');
  });
});

describe('a rerun that somebody asked for once', () => {
  const red = { 't-90-prep': testPhase('t-90-prep', [testCheck('look', () => broken())]) };
  const said = (outcome: PhaseOutcome) =>
    outcome.kind === 'concluded' ? outcome.slot.attempt : outcome.kind === 'refused' ? outcome.reason : outcome.kind;
  const asked = (messageId: string, time: string) =>
    ({ kind: 'manual', rerun: true, messageId, publishedAt: at(time) }) as const;

  it('begins nothing when it comes again after it took up the attempt that stood', async () => {
    const world = createTestEngine(at('10:30'), red);
    await admit(world.engine, scheduled('t-90-prep', at('10:30')));
    const message = asked('R', '10:39');
    assert.equal(said(await play(world, 't-90-prep', '10:40', message)), 1);
    assert.equal(said(await play(world, 't-90-prep', '10:42', message)), 'duplicate');
  });

  it('begins nothing when it comes again after it was refused while the attempt ran', async () => {
    const world = createTestEngine(at('10:30'), red);
    await play(world, 't-90-prep', '10:30');
    await admit(world.engine, scheduled('t-90-prep', at('10:31'), asked('R1', '10:31')));
    const message = asked('R2', '10:31');
    assert.equal(said(await play(world, 't-90-prep', '10:31', message)), 'duplicate');
    assert.equal(said(await play(world, 't-90-prep', '10:40', { kind: 'sweep', slotDueAt: at('10:30') })), 2);
    assert.equal(said(await play(world, 't-90-prep', '10:41', message)), 'duplicate');
  });

  it('begins one attempt though a second message asked for it too, before that one ended', async () => {
    const world = createTestEngine(at('10:30'), red);
    await play(world, 't-90-prep', '10:30');
    assert.equal(said(await play(world, 't-90-prep', '10:36', asked('R1', '10:35'))), 2);
    assert.equal(said(await play(world, 't-90-prep', '10:37', asked('R2', '10:35'))), 'duplicate');
    assert.equal(
      said(await play(world, 't-90-prep', '10:39', asked('R3', '10:38'))),
      3,
      'asked because of how it ended',
    );
  });
});

describe('what nobody works for', () => {
  it('stays refused when it cannot be counted, and that is said', async () => {
    const world = open();
    await play(world, 't-90-prep', '10:30');
    const increment = async () => {
      throw new PortError('documents', 'unavailable', 'out of reach');
    };
    const { documents: store } = world;
    const documents = { readAll: store.readAll.bind(store), transact: store.transact.bind(store), increment };
    const engine = { ...world.engine, documents: documents as unknown as DocumentsPort };
    for (const change of [{}, { kind: 'manual', rerun: true }] as const) {
      const outcome = await runPhase(engine, scheduled('t-90-prep', at('10:31'), change));
      assert.equal(outcome.kind, 'refused');
    }
    const warnings = world.logs.filter(({ severity }) => severity === 'WARNING').map(({ message }) => message);
    assert.deepEqual(
      warnings,
      ['duplicate', 'not-rerunnable'].map((reason) => `a refusal is perhaps not counted: ${reason}`),
    );
  });

  it('is no rehearsal when the message that began the attempt comes again after the window', async () => {
    const world = open({}, '11:14');
    // By a publisher's clock that is ahead.
    const message = { kind: 'manual', messageId: 'M', publishedAt: '2026-11-24T11:15:20.000Z' };
    assert.equal((await play(world, 't-90-prep', '11:14', message)).kind, 'concluded');
    const again = await play(world, 't-90-prep', '11:20', message);
    assert.equal(again.kind === 'refused' && again.reason, 'duplicate');
  });

  it('is counted by its reason, apart when this program woke it itself', async () => {
    const world = open();
    await play(world, 't-90-prep', '10:30');
    await play(world, 't-90-prep', '10:31');
    await play(world, 't-90-prep', '10:32', { kind: 'sweep', slotDueAt: at('10:30') });
    const runId = `${slotIdAt('t-90-prep', at('10:30'))}#1`;
    await play(world, 't-90-prep', '10:33', { kind: 'continuation', runId });
    assert.deepEqual(await world.documents.get(paths.counter(`refusals@${DATE}`)), {
      duplicate: 1,
      'duplicate-sweep': 1,
      'stale-continuation-continuation': 1,
    });
  });

  it('is counted as a copy when the message that began the work is delivered again: no surplus start', async () => {
    const world = open();
    const message = { messageId: 'of-the-schedule' };
    await play(world, 't-90-prep', '10:30', message);
    const again = await play(world, 't-90-prep', '10:31', message);
    assert.equal(again.kind === 'refused' && again.reason, 'duplicate');
    await play(world, 't-90-prep', '10:32');
    assert.deepEqual(await world.documents.get(paths.counter(`refusals@${DATE}`)), {
      'duplicate-copy': 1,
      duplicate: 1,
    });
  });

  it('is counted too when more than the slot had to be read, under the day on which it came', async () => {
    const world = open();
    await play(world, 't-90-prep', '10:30');
    await play(world, 't-90-prep', '10:31', { kind: 'manual', rerun: true });
    const runId = `${slotIdAt('t-90-prep', '2026-11-20T10:30:00.000Z')}#1`;
    await play(world, 't-90-prep', '10:32', { kind: 'continuation', runId });
    assert.deepEqual(await world.documents.get(paths.counter(`refusals@${DATE}`)), {
      'not-rerunnable': 1,
      'stale-continuation-continuation': 1,
    });
    assert.equal((await world.documents.query('counters')).filter(({ id }) => id.startsWith('refusals@')).length, 1);
  });

  it('of a configuration that deployment does not know starts nothing, and is told once', async () => {
    const world = open({ pinnedConfigurationSha256: 'd'.repeat(64) });
    for (const time of ['10:30', '10:31']) {
      const outcome = await play(world, 't-90-prep', time);
      assert.equal(outcome.kind === 'refused' && outcome.reason, 'configuration-changed');
    }
    assert.equal((await world.documents.query('escalations')).length, 1);
    assert.equal(await world.documents.get(paths.slot(slotIdAt('t-90-prep', at('10:30')))), undefined);
  });

  it('is a second copy whatever the configuration: a process that has read none refuses it as well', async () => {
    const world = open();
    await play(world, 't-90-prep', '10:30');
    const changed = { ...world, engine: { ...world.engine, pinnedConfigurationSha256: 'd'.repeat(64) } };
    const outcome = await play(changed, 't-90-prep', '10:31');
    assert.equal(outcome.kind === 'refused' && outcome.reason, 'duplicate');
    assert.deepEqual(await world.documents.query('escalations'), []);
  });
});

describe('a tick of the watchdog', () => {
  it('starts what is five minutes late, wakes what may go on, closes what is over, and says which', async () => {
    const world = open({}, '10:00');
    await sweep(world.engine);
    const tick = async (time: string) => {
      world.clock.advanceTo(at(time));
      const { started, woken, closed, resumed } = await sweep(world.engine);
      return { started, woken, closed, resumed };
    };
    const prep = slotIdAt('t-90-prep', at('10:30'));
    const nothing = { started: [], woken: [], closed: [], resumed: [] };
    assert.deepEqual(await tick('10:34'), nothing);
    assert.deepEqual(await tick('10:35'), { ...nothing, started: [prep] });
    await play(world, 't-90-prep', '10:40');
    assert.deepEqual(await tick('10:45'), nothing);
    const check = slotIdAt('t-30-final-check', at('11:30'));
    assert.deepEqual(await tick('11:35'), { ...nothing, started: [check] });
    const late = await tick('11:56');
    assert.deepEqual(late.closed, [`${check} missed`]);
    const noon = await tick('12:31');
    assert.deepEqual(noon.closed, [`${slotIdAt('high-noon-sync', at('12:00'))} skipped`]);
    const escalations = await world.documents.query<{ runId: string; joined: string[] }>('escalations');
    assert.deepEqual(
      escalations.map(({ data }) => [data.runId, data.joined]),
      [[`${check}#1`, [`${slotIdAt('high-noon-sync', at('12:00'))}#1`]]],
    );
  });

  it('waits with a start for as long as the configuration says', async () => {
    const { engine } = open();
    const configuration = {
      ...engine.configuration,
      alerts: { ...engine.configuration.alerts, missed_run_grace_s: 600 },
    };
    const world = open({ configuration }, '10:00');
    await sweep(world.engine);
    const startedBy = async (time: string) => {
      world.clock.advanceTo(at(time));
      return (await sweep(world.engine)).started;
    };
    assert.deepEqual(await startedBy('10:39'), []);
    assert.deepEqual(await startedBy('10:40'), [slotIdAt('t-90-prep', at('10:30'))]);
  });

  it('ends what a message began before the watch, and misses nothing that nobody began by then', async () => {
    const world = open({}, '11:29');
    await play(world, 't-30-final-check', '11:30');
    world.clock.advanceTo(at('11:31'));
    assert.deepEqual((await sweep(world.engine)).closed, []);
    world.clock.advanceTo(at('11:56'));
    const { started, closed } = await sweep(world.engine);
    assert.deepEqual([started, closed], [[], [`${slotIdAt('t-30-final-check', at('11:30'))} skipped`]]);
  });

  it('joins a scrubbed noon to the T-30 that held it, not to T-90', async () => {
    const red = testPhase('t-30-final-check', [testCheck('look', () => broken())]);
    const world = createTestEngine(at('10:30'), { ...greenPhases(new TestResource()), 't-30-final-check': red });
    await sweep(world.engine);
    await play(world, 't-90-prep', '10:30');
    await play(world, 't-30-final-check', '11:30');
    world.clock.advanceTo(at('12:31'));
    const { closed } = await sweep(world.engine);
    assert.ok(closed.includes(`${slotIdAt('high-noon-sync', at('12:00'))} scrubbed`), closed.join());
    const escalations = await world.documents.query<{ runId: string; joined: string[] }>('escalations');
    const held = escalations.find(({ data }) => data.runId === `${slotIdAt('t-30-final-check', at('11:30'))}#1`);
    assert.deepEqual(held?.data.joined, [`${slotIdAt('high-noon-sync', at('12:00'))}#1`]);
  });

  it('anchors a new head at once, an unchanged one after an hour, and an empty ledger never', async () => {
    const world = open();
    const written: string[] = [];
    const objects = { write: async (uri: string) => void written.push(uri) };
    const engine = { ...world.engine, ports: { ...world.engine.ports, objects } } as unknown as Engine;
    await anchorLedger(engine);
    assert.equal(written.length, 0);
    await play(world, 't-90-prep', '10:30');
    await anchorLedger(engine);
    world.clock.advanceTo(at('11:29'));
    await anchorLedger(engine);
    assert.equal(written.length, 1);
    world.clock.advanceTo(at('11:30'));
    await anchorLedger(engine);
    assert.equal(written.length, 2);
    world.clock.advanceTo(at('11:31'));
    await anchorLedger(engine);
    assert.equal(written.length, 2, 'that it was anchored again is remembered');
    await play(world, 't-30-final-check', '11:31');
    await anchorLedger(engine);
    assert.equal(written.length, 3);
  });
});

describe('trying again', () => {
  const engineThat = (sleeps: number[]) =>
    ({
      limits: { triesPerCall: 3 },
      ids: { random: () => 0.5 },
      clock: { sleep: async (ms: number) => void sleeps.push(ms) },
    }) as unknown as Engine;

  it('happens three times for what may pass, with growing pauses, and never for the rest', async () => {
    for (const [code, tries] of [
      ['unavailable', 3],
      ['invalid', 1],
    ] as const) {
      const sleeps: number[] = [];
      let tried = 0;
      const call = async () => {
        tried += 1;
        throw new PortError('documents', code, 'no');
      };
      await assert.rejects(retrying(engineThat(sleeps), undefined, call));
      assert.equal(tried, tries);
      assert.deepEqual(sleeps, tries === 3 ? [500, 2000] : []);
    }
  });

  it('ends with the caller’s signal', async () => {
    let tried = 0;
    const call = async () => {
      tried += 1;
      throw new PortError('documents', 'unavailable', 'no');
    };
    await assert.rejects(retrying(engineThat([]), AbortSignal.abort(), call));
    assert.equal(tried, 1);
    let again = 0;
    const passes = async () => {
      again += 1;
      if (again < 2) throw new PortError('documents', 'unavailable', 'no');
      return 'done';
    };
    assert.equal(await retrying(engineThat([]), new AbortController().signal, passes), 'done');
  });
});

describe('a deadline', () => {
  it('gives the answer that came in time and aborts what did not', async () => {
    const alarms = new Set<() => void>();
    const clock = {
      after: (ms: number, work: () => void) => {
        assert.equal(ms, 10);
        alarms.add(work);
        return () => void alarms.delete(work);
      },
    };
    assert.equal(await withDeadline(clock, 10, 'x', undefined, async () => 'in time'), 'in time');
    assert.equal(alarms.size, 0, 'nothing rings for what has ended');
    let seen: AbortSignal | undefined;
    const endless = (signal: AbortSignal) => {
      seen = signal;
      return new Promise(() => {});
    };
    const late = assert.rejects(
      withDeadline(clock, 10, 'the call', undefined, endless),
      /the call took longer than 10 ms/,
    );
    for (const ring of alarms) ring();
    await late;
    assert.equal(seen?.aborted, true);
    const parent = new AbortController();
    const interrupted = assert.rejects(withDeadline(clock, 10, 'the call', parent.signal, endless), /was interrupted/);
    parent.abort('gone');
    await interrupted;
    assert.equal(seen?.reason, 'gone');
    assert.equal(alarms.size, 0);
  });
});

describe('what is owed', () => {
  it('is given up when it is delivered, and kept piece by piece when it is not', async () => {
    const world = open();
    const record = {
      id: 'x',
      createdAt: at('10:30'),
      points: [],
      escalations: [],
      reports: [],
      wakes: [{ phase: 't-90-prep', dueAt: at('10:30') }],
    } as never;
    await world.documents.transact(async (t) => t.set(paths.outbox('x'), record));
    const deaf = {
      ...world.engine,
      publisher: {
        trigger: async () => {
          throw new Error('deaf');
        },
      },
    } as unknown as Engine;
    assert.equal(await deliver(deaf, record), false);
    assert.ok(await world.documents.get(paths.outbox('x')));
    assert.equal(await deliver(world.engine, record), true);
    assert.equal(await world.documents.get(paths.outbox('x')), undefined);
  });
});
