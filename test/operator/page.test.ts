import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PHASE_NAMES, type PhaseName } from '../../shared/domain/catalog.ts';
import { fails } from '../../shared/domain/finding.ts';
import { grantOverride, grantWaiver } from '../../shared/engine/acts/override.ts';
import { EMPTY_PAGE, PAGE_PATH, type PageSummary } from '../../shared/engine/page-summary.ts';
import { runPhase } from '../../shared/engine/run-phase.ts';
import { events, STREAM_MS } from '../../shared/operator/events/events.ts';
import { MOST_BYTES } from '../../shared/operator/page/page.ts';
import { SCRIPT } from '../../shared/operator/page/script.ts';
import { scheduled, testCheck, testPhase } from '../support/engine.ts';
import { failingNoon, green, LOCAL, openLocally, playChain, redFinalCheck, violating } from './days.ts';
import { at, DATE, json, type Operator, openOperator } from './support.ts';

const open = (operator: Operator, path = '/') => operator.send({ path, ...LOCAL });
const formOf = (body: string, act: string): Record<string, string> => {
  const form = new RegExp(`<form method="post" action="/acts/${act}">(.*?)</form>`).exec(body)?.[1] ?? '';
  const inputs = [...form.matchAll(/name="([\w-]+)" value="([^"]*)"/g)];
  return Object.fromEntries(inputs.map(([, name = '', value = '']) => [name, value]));
};
const cookiesOf = (reply: { headers: Readonly<Record<string, string>> }): string =>
  (reply.headers['set-cookie'] ?? '')
    .split('\n')
    .map((line) => line.split(';')[0])
    .join('; ');

describe('the page', () => {
  it('costs three reads, whatever the day and however long the history', async () => {
    using operator = await openLocally();
    operator.reads();
    await open(operator);
    assert.equal(operator.reads(), 3);
    await playChain(operator, redFinalCheck());
    operator.reads();
    await open(operator);
    assert.equal(operator.reads(), 3);
    await open(operator, `/?date=${DATE}`);
    assert.equal(operator.reads(), 3);
  });

  it('says hold, lockdown, rollback and green in words', async () => {
    using red = await openLocally();
    await playChain(red, redFinalCheck());
    assert.match((await open(red)).body, /HOLD: noon of 2026-11-24 waits for a person/);
    using locked = await openLocally();
    await playChain(locked, violating());
    const { body } = await open(locked);
    assert.match(body, /LOCKDOWN, epoch 1/);
    assert.match(body, /GR-1 .*failed/);
    using rolledBack = await openLocally();
    await playChain(rolledBack, failingNoon());
    assert.match((await open(rolledBack)).body, /Rollback done/);
    using good = await openLocally();
    await playChain(good, green());
    assert.match((await open(good)).body, /Noon is done\./);
  });

  it('stays below its size when everything is as bad as it can be, and says what it left out', async () => {
    using operator = await openLocally('12:30');
    const words = (most: number) => '<&>"'.repeat(most / 4);
    const run = (phase: PhaseName, findings: number, operations: number) => ({
      slotId: `${phase}@${DATE}T11:30Z`,
      attempt: 1,
      at: at('11:31'),
      ending: 'failed' as const,
      verdict: 'failed' as const,
      findings: Array.from({ length: findings }, (_, index) => ({
        id: `${index}/${words(80)}`,
        verdict: 'failed' as const,
        state: 'fails' as const,
        message: words(220),
        remedy: words(220),
      })),
      moreFindings: 7,
      operations: Array.from({ length: operations }, (_, index) => ({
        name: `check-${index}`,
        verdict: 'failed' as const,
        durationMs: 1000,
        receipts: 9,
        evidence: Array.from({ length: 2 }, () => ({
          subject: words(80),
          request: words(120),
          at: at('11:31'),
          said: words(80),
        })),
      })),
      rollback: null,
    });
    const show = async (findings: number, operations: number) => {
      const runs = Object.fromEntries(PHASE_NAMES.map((phase) => [phase, run(phase, findings, operations)]));
      await operator.documents.transact(async (transaction) =>
        transaction.set(PAGE_PATH, { ...EMPTY_PAGE, runs } satisfies PageSummary),
      );
      const { body } = await open(operator);
      assert.ok(Buffer.byteLength(body) <= MOST_BYTES, `${Buffer.byteLength(body)} bytes`);
      return body;
    };
    assert.match(await show(1, 1), /7 more stand in <a/);
    assert.match(await show(1, 12), /Single receipts stand in <a/);
    assert.match(await show(10, 12), /12 operations and their receipts stand in <a/);
  });

  it('tells an act at once: the exception in force and its entry in the ledger', async () => {
    using operator = await openLocally();
    operator.setPhases(redFinalCheck());
    await operator.run('t-90-prep', '10:30');
    await operator.run('t-30-final-check', '11:30');
    await grantOverride(
      operator.engine,
      { name: 'ana' },
      {
        slotId: `t-30-final-check@${DATE}T11:30Z`,
        findingId: 'check-service-health/services/age-gate/down',
        until: at('12:50'),
        reason: 'known',
      },
    );
    const { body } = await open(operator);
    assert.match(body, /Override of check-service-health\/services\/age-gate\/down by ana until/);
    assert.match(body, /<td>override-granted<\/td>/);
    await grantWaiver(
      operator.engine,
      { name: 'sam' },
      { guardrail: 'GR-1', records: [], until: at('12:40'), reason: 'relaunch' },
    );
    assert.match((await open(operator)).body, /Waiver of GR-1 is proposed by sam: another person completes it/);
    operator.clock.advanceTo(at('12:51'));
    assert.match((await open(operator)).body, /No override and no waiver is in force/);
  });

  it('is text where data is text', async () => {
    using operator = await openLocally();
    operator.setPhases({
      ...green(),
      't-90-prep': testPhase('t-90-prep', [
        testCheck('check-world', () => [
          fails({
            code: 'x',
            subject: '"><img src=x onerror=alert(1)>',
            message: '<script>alert(1)</script>',
            remedy: '\'"&',
          }),
        ]),
      ]),
    });
    await operator.run('t-90-prep', '10:30');
    const { body, headers } = await open(operator);
    assert.ok(!body.includes('<img'));
    assert.equal(body.split('<script>').length, 2);
    assert.match(headers['content-security-policy'] ?? '', /default-src 'none'/);
    assert.ok(!(headers['content-security-policy'] ?? '').includes('unsafe'));
  });

  it('keeps thirty-one days of history, each slot once with its newest attempt', async () => {
    using operator = await openLocally('00:00');
    for (let day = 24; day <= 30; day++) {
      const date = `2026-11-${day}`;
      operator.clock.advanceTo(`${date}T10:30:00.000Z`);
      await runPhase(operator.engine, scheduled('t-90-prep', `${date}T10:30:00.000Z`));
    }
    const summary = JSON.parse(operator.stored()[PAGE_PATH] ?? '{}') as PageSummary;
    assert.deepEqual(
      summary.history.map(({ slotId }) => slotId),
      [24, 25, 26, 27, 28, 29, 30].map((day) => `t-90-prep@2026-11-${day}T10:30Z`),
    );
  });

  it('marks an entry of the ledger that was changed', async () => {
    using operator = await openLocally();
    await operator.run('t-90-prep', '10:30');
    assert.match((await open(operator)).body, /entries match their hashes|entry match/);
    const summary = JSON.parse(operator.stored()[PAGE_PATH] ?? '{}') as PageSummary;
    const tail = summary.tail.map((entry) => ({ ...entry, actor: 'eve' }));
    await operator.documents.transact(async (transaction) => transaction.set(PAGE_PATH, { ...summary, tail }));
    assert.match((await open(operator)).body, /does not match its hash: treat it as an intrusion/);
  });

  it('asks a person who may only look for nothing but a dry-run, and names the role', async () => {
    using operator = await openOperator();
    const { body } = await operator.as('vic@example.com', '/');
    assert.deepEqual(body.match(/<form [^>]*action="[^"]*"/g), ['<form method="post" action="/acts/dry-run"']);
    assert.match(body, /Lock down now: needs the role security/);
    assert.match(body, /vic@example.com, viewer/);
  });
});

describe('the forms of the page', () => {
  const send = (operator: Operator, act: string, fields: Record<string, string>, headers: Record<string, string>) =>
    operator.send({
      ...LOCAL,
      method: 'POST',
      path: `/acts/${act}`,
      headers: { ...LOCAL.headers, 'content-type': 'application/x-www-form-urlencoded', ...headers },
      body: new URLSearchParams(fields).toString(),
    });
  const own = { origin: 'http://127.0.0.1:8080', 'sec-fetch-site': 'same-origin' };

  it('act without a script, and the next page tells once what came of it', async () => {
    using operator = await openLocally();
    const first = await open(operator);
    const cookie = cookiesOf(first);
    const fields = { ...formOf(first.body, 'hold'), reason: 'supplier <b>' };
    const done = await send(operator, 'hold', fields, { ...own, cookie });
    assert.equal(done.status, 303, done.body);
    const second = await operator.send({
      path: '/',
      ...LOCAL,
      headers: { ...LOCAL.headers, cookie: `${cookie}; ${cookiesOf(done)}` },
    });
    assert.match(second.body, /Done: noon of 2026-11-24 is held/);
    assert.match(second.body, /supplier &lt;b&gt;/);
    assert.match(second.headers['set-cookie'] ?? '', /highnoon-said=; Path=\/; Max-Age=0/);
    const again = await send(operator, 'hold', fields, { ...own, cookie });
    const third = await operator.send({ path: '/', ...LOCAL, headers: { ...LOCAL.headers, cookie: cookiesOf(again) } });
    assert.match(third.body, /Refused: noon of 2026-11-24 is held already by local:ana/);
  });

  it('are refused without the cookie, with the token of another, or from another site', async () => {
    using operator = await openLocally();
    const first = await open(operator);
    const cookie = cookiesOf(first);
    const fields = { ...formOf(first.body, 'hold'), reason: 'x' };
    const before = operator.stored();
    const other = cookiesOf(await open(operator));
    assert.notEqual(other, cookie);
    for (const [form, headers] of [
      [fields, { ...own }],
      [fields, { ...own, cookie: other }],
      [
        { ...fields, csrf: '' },
        { ...own, cookie },
      ],
      [
        { ...fields, csrf: 'x'.repeat(43) },
        { ...own, cookie },
      ],
      [fields, { cookie }],
      [fields, { cookie, origin: 'http://127.0.0.1:9999' }],
      [fields, { cookie, origin: 'http://127.0.0.1:8080', 'sec-fetch-site': 'cross-site' }],
    ] as [Record<string, string>, Record<string, string>][]) {
      const reply = await send(operator, 'hold', form, headers);
      assert.equal(reply.status, 403, JSON.stringify(headers));
      assert.match(reply.body, /Nothing was changed/);
    }
    assert.deepEqual(operator.stored(), before);
    operator.use({ verify: async () => ({ ok: true, identity: { name: 'local:eve', kind: 'local' } }) });
    assert.equal((await send(operator, 'hold', fields, { ...own, cookie })).status, 403);
    assert.deepEqual(operator.stored(), before);
  });

  it('set cookies that no other site sees, and over https none but this host can set', async () => {
    using operator = await openOperator();
    const reply = await operator.as('ana@example.com', '/');
    assert.match(
      reply.headers['set-cookie'] ?? '',
      /^__Host-highnoon-csrf=\w{40}; Path=\/; HttpOnly; SameSite=Strict; Secure$/,
    );
  });
});

describe('the live stream', () => {
  it('tells each change once, and ends after five minutes', async () => {
    using operator = await openLocally();
    let ms = 0;
    const told: string[] = [];
    const clock = {
      now: () => operator.clock.now(),
      monotonicMs: () => ms,
      after: operator.clock.after,
      sleep: async (wait: number) => {
        ms += wait;
        if (ms === 100_000) await operator.run('t-90-prep', '10:30');
      },
    };
    const seen = /data-seen="(\w+)"/.exec((await open(operator)).body)?.[1] ?? '';
    const context = { ...operator.context, engine: { ...operator.engine, clock } };
    const reply = events(context, {
      ...LOCAL,
      method: 'GET',
      path: '/events',
      query: new URLSearchParams({ seen }),
      body: '',
    });
    assert.ok(reply.kind === 'stream');
    await reply.run((text) => told.push(text), new AbortController().signal);
    assert.equal(ms, STREAM_MS);
    assert.equal(told.filter((text) => text.startsWith('event: change')).length, 1);
    assert.match(told.at(-1) ?? '', /^event: end/);
  });

  it('ends at once when the reader has gone, and gives its place back', async () => {
    using operator = await openLocally();
    const request = { ...LOCAL, method: 'GET', path: '/events', query: new URLSearchParams(), body: '' };
    for (let count = 0; count < 30; count++) {
      const gone = new AbortController();
      const reply = events(operator.context, request);
      assert.ok(reply.kind === 'stream');
      await reply.run(() => gone.abort(), gone.signal);
    }
  });
});

describe('the script of the page', () => {
  it('can be read by a browser', () => {
    assert.doesNotThrow(() => new Function(SCRIPT));
  });
});

describe('the answers', () => {
  it('may not be kept, framed or sniffed, errors included', async () => {
    using operator = await openLocally();
    const stranger = await operator.send({ path: '/api/status' });
    assert.equal(stranger.status, 401);
    assert.equal(json(stranger).error, 'unauthenticated');
    for (const reply of [await open(operator), await open(operator, '/nope'), stranger]) {
      assert.equal(reply.headers['cache-control'], 'no-store');
      assert.equal(reply.headers['x-frame-options'], 'DENY');
      assert.equal(reply.headers['x-content-type-options'], 'nosniff');
    }
  });
});
