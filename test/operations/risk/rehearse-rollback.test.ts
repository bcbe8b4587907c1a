import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PortError } from '../../../shared/domain/errors.ts';
import type { EffectRecord } from '../../../shared/domain/run.ts';
import { rehearseRollback } from '../../../shared/operations/risk/rehearse-rollback.ts';
import type { HistoryPort } from '../../../shared/ports/history.ts';
import type { RepositoriesPort } from '../../../shared/ports/repositories.ts';
import type { ServicesPort } from '../../../shared/ports/services.ts';
import { sampleConfiguration } from '../../support/configuration.ts';
import { createContext } from '../../support/operation-context.ts';
import { storedPast } from './past-world.ts';

const SUNDAY = '2026-11-22T12:30:00.000Z';
const NOON = 'high-noon-sync@2026-11-22T12:00Z';
const URL = 'https://git.example/LivHana-SoT';
const TAG = 'refs/tags/high-noon/2026-11-22';
const RELEASE = 'refs/heads/high-noon/release';
const [OLD, NEW] = ['a'.repeat(40), 'b'.repeat(40)];

function effect(order: number, change: Partial<EffectRecord>): EffectRecord {
  return {
    effectId: String(order),
    runId: `${NOON}#1`,
    operation: 'mark-release',
    target: 'nothing',
    args: {},
    argsDigest: '',
    pin: null,
    token: 3,
    order,
    forward: true,
    intendedAt: SUNDAY,
    deadline: SUNDAY,
    state: 'applied',
    settledAt: SUNDAY,
    receipt: null,
    ...change,
  };
}
const refMove = (order: number, operation: string, ref: string, from: string | null): EffectRecord =>
  effect(order, {
    operation,
    target: `repositories/LivHana-SoT/${ref}`,
    args: { name: 'LivHana-SoT', url: URL, ref, from, to: NEW },
    pin: from,
  });
const traffic = effect(2, {
  operation: 'release-services',
  target: 'services/shop/traffic',
  args: { service: 'shop', platformName: 'shop', to: 'shop-2' },
  pin: 'shop-1',
});
const EFFECTS = [refMove(0, 'sync-repositories', RELEASE, OLD), traffic, refMove(3, 'mark-release', TAG, null)];

interface Change {
  readonly effects?: readonly EffectRecord[];
  readonly noon?: string;
  readonly refs?: Readonly<Record<string, string>>;
  readonly serving?: string;
  readonly history?: Partial<HistoryPort>;
}

function rehearse(change: Change = {}) {
  const calls: string[] = [];
  const repositories = {
    listRefs: async () => ({
      refs: new Map(Object.entries(change.refs ?? { [RELEASE]: NEW, [TAG]: NEW })),
      peeled: new Map(),
      capabilities: new Set(['atomic']),
    }),
    readCommit: async (_: unknown, id: string) => {
      calls.push(`commit ${id}`);
      return { tree: 'c'.repeat(40) };
    },
    fencedPush: async () => assert.fail('a rehearsal pushes nothing'),
  } as unknown as RepositoriesPort;
  const services = {
    describe: async () => ({ traffic: [{ revision: change.serving ?? 'shop-2', percent: 100 }], etag: 'e' }),
    revision: async (_: string, name: string) => {
      calls.push(`revision ${name}`);
      return { name, image: 'shop@sha256:0', ready: true };
    },
    moveTraffic: async () => assert.fail('a rehearsal moves no traffic'),
    fence: async () => assert.fail('a rehearsal fences nothing'),
  } as unknown as ServicesPort;
  const past = storedPast({
    from: '2026-11-16',
    until: SUNDAY,
    effects: (slotId) => (slotId === (change.noon ?? NOON) ? (change.effects ?? EFFECTS) : []),
  });
  const context = createContext({
    ports: {
      history: { ...past, ...change.history },
      repositories,
      services,
      datasets: {} as never,
      objects: {} as never,
    },
    configuration: sampleConfiguration(`repositories: [{name: LivHana-SoT, url: "${URL}"}]`),
    phase: 'weekly-risk-review',
    dueAt: '2026-11-22T12:00:00.000Z',
    now: () => SUNDAY,
    lastKnownGood: { commits: { 'LivHana-SoT': NEW }, services: { shop: 'shop-2' } },
  });
  return rehearseRollback(context).then((outcome) => ({
    ...outcome,
    calls,
    said: outcome.findings.map(({ state, code, subject }) => `${state} ${code} ${subject}`),
  }));
}

describe('the rehearsal of a rollback', () => {
  it('walks the recorded effects of the last noon, newest first, and moves nothing', async () => {
    const { output, said, evidence } = await rehearse();
    assert.deepEqual(said, []);
    assert.deepEqual(output, {
      noon: NOON,
      attempt: 1,
      steps: [
        { target: `repositories/LivHana-SoT/${TAG}`, back: 'nothing' },
        { target: 'services/shop/traffic', back: 'shop-1' },
        { target: `repositories/LivHana-SoT/${RELEASE}`, back: OLD },
      ],
    });
    assert.ok(
      evidence.some(({ subject, value }) => subject === `rollback/repositories/LivHana-SoT/${TAG}` && value === NEW),
    );
  });

  it('looks for what was there before that noon, not for what it put there', async () => {
    const { calls } = await rehearse();
    assert.deepEqual(calls.sort(), [`commit ${OLD}`, 'revision shop-1']);
  });

  it('fails where something was moved since, naming what it found', async () => {
    const { said, findings } = await rehearse({ serving: 'shop-7' });
    assert.deepEqual(said, ['fails moved-since rollback/services/shop/traffic']);
    assert.match(findings[0]?.message ?? '', /shop-7/);
    assert.match(findings[0]?.message ?? '', /its rollback would stop here/);
  });

  it('fails an effect that no operation can undo, and one whose record does not say how', async () => {
    const lost = effect(4, { operation: 'retired-action', target: 'things/one' });
    const vague = effect(5, { target: `repositories/LivHana-SoT/${TAG}` });
    const { said } = await rehearse({ effects: [lost, vague] });
    assert.deepEqual(said, [
      `fails no-way-back rollback/repositories/LivHana-SoT/${TAG}`,
      'fails no-way-back rollback/things/one',
    ]);
  });

  it('tells what somebody has put back already', async () => {
    const { said } = await rehearse({ refs: { [RELEASE]: OLD, [TAG]: NEW } });
    assert.deepEqual(said, [`noted already-back rollback/repositories/LivHana-SoT/${RELEASE}`]);
  });

  it('goes back to an earlier noon where the last one did nothing or was rolled back', async () => {
    const undone = EFFECTS.map((one) => ({ ...one, state: 'undone' as const }));
    assert.deepEqual((await rehearse({ effects: undone })).said, ['unknown not-run rollback']);
    const saturday = 'high-noon-sync@2026-11-21T12:00Z';
    assert.equal((await rehearse({ noon: saturday })).output?.noon, saturday);
  });

  it('calls it a finding when no noon has an effect, and when the past may not be read', async () => {
    const none = await rehearse({ effects: [] });
    assert.deepEqual(none.said, ['unknown not-run rollback']);
    assert.match(none.findings[0]?.message ?? '', /no noon of the last 7 days/);
    assert.deepEqual(none.evidence, []);
    const denied = await rehearse({
      history: {
        effects: async () => {
          throw new PortError('history', 'permission-denied', 'the caller may not read effects');
        },
      },
    });
    assert.deepEqual(denied.said.length, 1);
    assert.match(denied.said[0] ?? '', /^unknown \S+ rollback$/);
    assert.equal(denied.output, null);
  });
});
