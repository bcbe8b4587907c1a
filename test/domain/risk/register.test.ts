import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { weeklyRiskReview } from '../../../functions/weekly-risk-review/phase.ts';
import { fails, judgeResult, type Observation, unknown } from '../../../shared/domain/finding.ts';
import { WEEKLY_OPERATIONS } from '../../../shared/domain/risk/plan.ts';
import {
  isOverdue,
  nextRegister,
  type Register,
  type Risk,
  type RiskAct,
} from '../../../shared/domain/risk/register.ts';
import type { Checkpoint } from '../../../shared/domain/run.ts';
import { checkpointOf } from '../../operations/risk/past-world.ts';

const words = { message: 'it is so', remedy: 'mend it' };
const owner = fails({ ...words, code: 'human-role', subject: 'bindings/owner' });
const gap = fails({ ...words, code: 'no-copy', subject: 'backups/shop', severity: 'critical' });

function found(operation: string, ...observations: Observation[]): Checkpoint {
  const evidence = checkpointOf(operation).evidence;
  const { findings, verdict } = judgeResult(operation, 'hard', {
    findings: observations,
    evidence: [...evidence] as never,
  });
  return checkpointOf(operation, { findings, verdict });
}
const PLANNED = ['review-access', 'validate-backups'];
function review(
  date: string,
  checkpoints: readonly Checkpoint[],
  before?: Register,
  acts: Record<string, RiskAct> = {},
): Register {
  return nextRegister(before?.risks ?? [], { date, runId: `weekly@${date}#1`, planned: PLANNED, checkpoints }, acts);
}
const only = (register: Register, id: string): Risk => {
  const risk = register.risks.find((one) => one.id === id);
  assert.ok(risk, `${id} among ${register.risks.map((one) => one.id).join(', ')}`);
  return risk;
};
const OWNER = 'review-access/bindings/owner/human-role';
const GAP = 'validate-backups/backups/shop/no-copy';
const clean = [found('review-access'), found('validate-backups')];

describe('the risk register', () => {
  it('knows every operation of the phase', () => {
    assert.deepEqual(
      WEEKLY_OPERATIONS,
      weeklyRiskReview.operations.map(({ name }) => name),
    );
  });

  it('orders what is worst first, each with owner, evidence, mitigation and date', () => {
    const { risks } = review('2026-11-15', [found('review-access', owner), found('validate-backups', gap)]);
    assert.deepEqual(
      risks.map(({ id }) => id),
      [GAP, OWNER],
    );
    const [first, second] = risks;
    assert.deepEqual([first?.owner, first?.dueDate], ['continuity', '2026-11-21']);
    assert.deepEqual([second?.owner, second?.dueDate], ['security', '2026-11-29']);
    assert.equal(first?.mitigation, 'mend it');
    assert.deepEqual(first?.evidence, ['looked (2026-11-22T12:00:00.000Z)']);
  });

  it('carries a risk over with its first date, until a review does not find it any more', () => {
    const first = review('2026-11-08', [found('review-access', owner), found('validate-backups')]);
    const second = review('2026-11-15', [found('review-access', owner), found('validate-backups')], first);
    assert.equal(only(second, OWNER).firstSeen, '2026-11-08');
    assert.equal(only(second, OWNER).dueDate, '2026-11-22');
    assert.ok(isOverdue(only(second, OWNER), '2026-11-23'));
    const third = review('2026-11-22', clean, second);
    assert.equal(only(third, OWNER).status, 'closed');
    assert.equal(review('2026-11-29', clean, third).risks.length, 0);
  });

  it('closes nothing that the review could not see', () => {
    const before = review('2026-11-15', [found('review-access', owner), found('validate-backups', gap)]);
    const blind = unknown({ ...words, code: 'permission-denied', subject: 'bindings' });
    const after = review('2026-11-22', [found('review-access', blind)], before);
    assert.equal(only(after, OWNER).status, 'unverified', 'the policy could not be read');
    assert.equal(only(after, GAP).status, 'unverified', 'the operation did not run');
  });

  it('makes a risk of an operation that did not run', () => {
    const { risks } = review('2026-11-22', [found('review-access')]);
    assert.deepEqual(
      risks.map(({ id, isUnknown }) => [id, isUnknown]),
      [['validate-backups/weekly-risk-review/not-run', true]],
    );
  });

  it('lets a person close a risk until it is found again', () => {
    const before = review('2026-11-15', [found('review-access', owner), found('validate-backups')]);
    const acts: Record<string, RiskAct> = {
      [OWNER]: { closed: { by: 'sam', at: '2026-11-17T00:00:00.000Z', reason: 'gone' } },
    };
    assert.equal(only(review('2026-11-22', clean, before, acts), OWNER).status, 'closed');
    const again = only(
      review('2026-11-22', [found('review-access', owner), found('validate-backups')], before, acts),
      OWNER,
    );
    assert.equal(again.status, 'open');
    assert.equal(again.reopened, 1);
  });

  it('gives a closed risk that comes back a new date, and counts it', () => {
    const first = review('2026-11-08', [found('review-access', owner), found('validate-backups')]);
    const closed = review('2026-11-15', clean, first);
    const back = only(review('2026-11-22', [found('review-access', owner), found('validate-backups')], closed), OWNER);
    assert.deepEqual(
      [back.status, back.reopened, back.firstSeen, back.dueDate],
      ['open', 1, '2026-11-08', '2026-12-06'],
    );
  });

  it('keeps whom a person made its owner, and until when', () => {
    const acts: Record<string, RiskAct> = { [OWNER]: { owner: 'kim', dueDate: '2026-12-24' } };
    const risk = only(
      review('2026-11-22', [found('review-access', owner), found('validate-backups')], undefined, acts),
      OWNER,
    );
    assert.deepEqual([risk.owner, risk.dueDate], ['kim', '2026-12-24']);
  });
});
