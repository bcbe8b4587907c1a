import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Waiver } from '../../../shared/domain/override.ts';
import { analyseComplianceDrift } from '../../../shared/operations/risk/analyse-compliance-drift.ts';
import { createContext } from '../../support/operation-context.ts';
import { judged } from './judge.ts';
import { type PastOptions, storedPast } from './past-world.ts';

const SUNDAY = '2026-11-22T12:05:00.000Z';
const run = (change: Partial<PastOptions>) =>
  judged(
    analyseComplianceDrift,
    createContext({
      ports: {
        history: storedPast({
          from: '2026-11-08',
          until: '2026-11-22T12:00:00.000Z',
          audit: () => ({ 'GR-01': 'passed' }),
          ...change,
        }),
      },
      phase: 'weekly-risk-review',
      dueAt: SUNDAY,
    }),
  );
const waiver = (until: string): Waiver => ({
  id: 'waiver-1',
  guardrail: 'GR-01',
  records: [],
  owner: 'sam',
  approvers: ['sam'],
  reason: 'known',
  at: '2026-11-01T00:00:00.000Z',
  until,
});

describe('analyse-compliance-drift', () => {
  it('passes a week in which nothing changed', async () => {
    const { verdict, bad } = await run({});
    assert.deepEqual(bad, []);
    assert.equal(verdict, 'passed');
  });

  it('names a guardrail that got worse, and one that is judged no more', async () => {
    const { bad } = await run({
      audit: (date) => (date < '2026-11-18' ? { 'GR-01': 'passed', 'GR-02': 'passed' } : { 'GR-01': 'failed' }),
    });
    assert.deepEqual(bad, ['guardrails/GR-01/worse', 'guardrails/GR-02/gone']);
  });

  it('tells of what got better without judging it', async () => {
    const { verdict, find } = await run({ audit: (date) => ({ 'GR-01': date < '2026-11-18' ? 'failed' : 'passed' }) });
    assert.equal(verdict, 'passed');
    assert.equal(find('better').message, 'failed became passed between 2026-11-15 and 2026-11-22');
  });

  it('names a guardrail that turns and turns again', async () => {
    const { find } = await run({
      audit: (date) => ({ 'GR-01': Number(date.slice(8)) % 2 === 0 ? 'passed' : 'failed' }),
    });
    assert.equal(find('flapping').subject, 'guardrails/GR-01');
  });

  it('names a waiver that ended while its guardrail still fails, and one that ends soon', async () => {
    const audit = () => ({ 'GR-01': 'failed' });
    const expired = await run({ audit, waivers: [waiver('2026-11-20T00:00:00.000Z')] });
    assert.equal(expired.find('waiver-expired').verdict, 'degraded');
    const ending = await run({ waivers: [waiver('2026-11-25T00:00:00.000Z')] });
    assert.equal(ending.find('waiver-ends-soon').severity, 'medium');
  });

  it('names an override that is still open', async () => {
    const override = {
      id: 'o1',
      slotId: 's',
      findingId: 'f',
      actor: 'ana',
      reason: 'r',
      at: '2026-11-22T10:00:00.000Z',
      until: '2026-11-23T10:00:00.000Z',
    };
    assert.equal((await run({ overrides: [override] })).find('override-open').verdict, 'degraded');
  });

  it('cannot tell without an audit in the week, without a second one, or without any history', async () => {
    assert.equal((await run({ audit: () => undefined })).find('no-audit').state, 'unknown');
    assert.equal((await run({ from: '2026-11-22' })).find('nothing-to-compare').state, 'unknown');
    assert.equal((await run({ from: '2026-11-25' })).find('empty-history').state, 'unknown');
  });
});
