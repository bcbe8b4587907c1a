import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { pushBody } from '../../functions/cli/serve/push-server.ts';
import type { QueuedMessage } from '../../shared/adapters/local/publisher.ts';
import { phaseHandler } from '../../shared/runtime/phase-handler.ts';
import type { Runtime } from '../../shared/runtime/runtime.ts';
import { provideRuntime } from '../../shared/runtime/the-runtime.ts';
import { redFinalCheck } from './days.ts';
import { json, type Operator, openOperator } from './support.ts';

const VIEWER = 'vic@example.com';

/** The page's own form, as a browser sends it. */
async function byForm(operator: Operator, fields: Record<string, string>, isSigned = true) {
  const page = await operator.as(VIEWER, '/');
  const cookie = page.headers['set-cookie']?.split(';')[0] ?? '';
  const csrf = /name="csrf" value="([^"]+)"/.exec(page.body)?.[1] ?? '';
  return operator.as(
    VIEWER,
    '/acts/dry-run',
    new URLSearchParams({ ...(isSigned ? { csrf } : {}), ...fields }).toString(),
    {
      'content-type': 'application/x-www-form-urlencoded',
      cookie,
      origin: 'https://operator.example',
    },
  );
}

describe('a dry-run asked for on the page', () => {
  it('is offered to whoever may look, and answers with what each check found and each action would do', async () => {
    using operator = await openOperator('11:31');
    operator.setPhases(redFinalCheck());
    const before = operator.stored();
    const final = await byForm(operator, { phase: 't-30-final-check' });
    assert.equal(final.status, 200, final.body);
    assert.match(final.body, /<h1>Dry-run of T-30<\/h1>/);
    assert.match(final.body, /failed<\/p><p>t-30-final-check@2026-11-24T11:30Z/);
    assert.match(final.body, /services\/age-gate answered 503.*Next: look at the log of services\/age-gate/);
    const noon = await byForm(operator, { phase: 'high-noon-sync' });
    assert.match(noon.body, /would: \S+: \S+ becomes after/);
    assert.match(noon.headers['content-security-policy'] ?? '', /default-src 'none'/);
    assert.deepEqual(operator.stored(), before);
  });

  it('is refused without the token of the form, and for a phase that there is none of', async () => {
    using operator = await openOperator('11:31');
    assert.equal((await byForm(operator, { phase: 't-30-final-check' }, false)).status, 403);
    const unknown = await byForm(operator, { phase: 't-91-prep' });
    assert.equal(unknown.status, 303);
    assert.match(
      (await operator.as(VIEWER, '/', undefined, { cookie: unknown.headers['set-cookie']?.split(';')[0] ?? '' })).body,
      /Refused: phase/,
    );
  });
});

describe("a dry-run asked for where the operator's own account may not look", () => {
  it("is the phase's: the operator publishes to its topic and says where the answer will be", async () => {
    using operator = await openOperator('11:31', {}, false);
    const before = operator.stored();
    const reply = await operator.as(VIEWER, '/api/acts/dry-run', { phase: 't-30-final-check' });
    assert.equal(reply.status, 202, reply.body);
    const { slot, follow } = json<{ slot: string; follow: string }>(reply);
    assert.equal(slot, 't-30-final-check@2026-11-24T11:30Z');
    assert.match(follow, /^gcloud logging read '.*service_name="highnoon-t-30-final-check".*t-30-final-check dry-run/);
    const { topic, data } = operator.publisher.take() ?? {};
    assert.deepEqual(
      { topic, data },
      {
        topic: 't-30-final-check',
        data: { phase: 't-30-final-check', trigger: 'manual', dryRun: true, slot: '2026-11-24T11:30:00Z' },
      },
    );
    const form = await byForm(operator, { phase: 'high-noon-sync' });
    assert.equal(form.status, 202);
    assert.match(form.body, /is asked for; highnoon-high-noon-sync answers in its log/);
    assert.deepEqual(operator.stored(), before, 'asking writes nothing either');
  });

  it('is answered in the log of the phase with its verdict, its gate and every finding', async () => {
    using operator = await openOperator('11:31', {}, false);
    operator.setPhases(redFinalCheck());
    const before = operator.stored();
    await operator.as(VIEWER, '/api/acts/dry-run', { phase: 't-30-final-check' });
    const message = operator.publisher.take() as QueuedMessage;
    const final = redFinalCheck()['t-30-final-check'];
    if (final === undefined) throw new Error('no final check');
    const runtime: Runtime = {
      engine: operator.engine,
      messenger: { send: async () => ({ channels: [] }) },
      refreshClock: async () => {},
      resourceName: (name) => `highnoon-${name}`,
      close: async () => {},
    };
    provideRuntime(runtime);
    try {
      await phaseHandler(
        't-30-final-check',
        async () => final,
      )({
        specversion: '1.0',
        type: 'google.cloud.pubsub.topic.v1.messagePublished',
        id: message.messageId,
        source: '//pubsub.googleapis.com/projects/test/topics/highnoon-t-30-final-check',
        data: pushBody('test', 'highnoon-t-30-final-check', message),
      });
    } finally {
      provideRuntime(undefined);
    }
    const told = operator.logs.find(({ message: text }) => text === 't-30-final-check dry-run: failed');
    const { findings, gate } = (told?.fields ?? {}) as { findings: { id: string; verdict: string }[]; gate: unknown };
    assert.deepEqual(
      findings.map(({ verdict }) => verdict),
      ['failed', 'failed', 'inconclusive'],
    );
    assert.ok(gate !== undefined);
    assert.deepEqual(operator.stored(), before);
  });
});
