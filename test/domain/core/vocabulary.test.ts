import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  ENDINGS,
  type Ending,
  endingOf,
  exitCodeOf,
  isGood,
  isJudged,
  noonStatus,
} from '../../../shared/domain/ending.ts';
import { PortError, type PortErrorCode, unreachable } from '../../../shared/domain/errors.ts';
import { nextStepFor, routesFor } from '../../../shared/domain/escalation.ts';
import { fails, judgeResult, noted, unknown } from '../../../shared/domain/finding.ts';
import { canonicalJson } from '../../../shared/domain/json.ts';
import { endingLevel } from '../../../shared/domain/levels.ts';
import { isEmpty } from '../../../shared/domain/outbox.ts';
import { activeWaivers, mayOverride, overrideFor } from '../../../shared/domain/override.ts';
import { seriesOf } from '../../../shared/domain/points.ts';
import { isGo, judge, VERDICTS, worse, worst } from '../../../shared/domain/verdict.ts';

/** What each ending means, written a second time by hand: exit code, judged, good, noon's status, level, next step. */
const MEANS: Record<Ending, readonly [exit: number, judged: boolean, noon: number, level: number, step: RegExp]> = {
  passed: [0, true, 1, 0, /^$/],
  degraded: [0, true, 1, 0, /^$/],
  violated: [4, true, -1, 4, /two people/],
  locked: [4, true, -1, 4, /two people/],
  refused: [4, false, 0, 1, /a lockdown is in force/],
  failed: [1, true, -1, 3, /--rerun/],
  inconclusive: [1, true, -1, 3, /--rerun/],
  'rolled-back': [1, true, -1, 3, /as before noon/],
  'rollback-failed': [1, true, -2, 5, /by hand/],
  skipped: [1, false, 0, 1, /the phase before it named/],
  scrubbed: [1, false, 0, 1, /the phase before it named/],
  missed: [1, false, 0, 2, /nothing started in time/],
  expired: [1, false, 0, 2, /nothing started in time/],
};

describe('an ending', () => {
  for (const ending of ENDINGS) {
    it(`${ending} means the same everywhere`, () => {
      const [exit, judged, noon, level, step] = MEANS[ending];
      assert.equal(exitCodeOf(ending), exit);
      assert.equal(exitCodeOf(ending, 'violated'), 4);
      assert.equal(isJudged(ending), judged);
      assert.equal(noonStatus(ending), noon);
      assert.equal(endingLevel(ending), level);
      assert.equal(isGood(ending), exit === 0);
      assert.match(nextStepFor('t-90-prep', ending), step);
    });
  }

  it('that there is none of yet is no noon, and one that nobody knows is a fault of the program', () => {
    assert.equal(noonStatus(null), 0);
    assert.throws(() => exitCodeOf('later' as never), /ending: no case for "later"/);
    assert.throws(() => isJudged('later' as never), /no case/);
    assert.throws(() => noonStatus('later' as never), /no case/);
    assert.throws(() => endingLevel('later' as never), /no case/);
    assert.throws(() => nextStepFor('t-90-prep', 'later' as never), /no case/);
    assert.throws(() => routesFor('later' as never, 'failed', null), /phase: no case/);
    assert.throws(() => unreachable({ a: 1 } as never, 'x'), /x: no case for \{"a":1\}/);
  });

  it('is made of the verdict and of what the rollback came to', () => {
    for (const verdict of VERDICTS) {
      assert.equal(endingOf(verdict, 'none'), verdict);
      assert.equal(endingOf(verdict, 'failed'), 'rollback-failed');
      assert.equal(endingOf(verdict, 'done'), verdict === 'violated' ? 'locked' : 'rolled-back');
    }
  });
});

describe('a verdict', () => {
  it('is that of the class, of what was seen, and in compliance of the severity', () => {
    for (const severity of ['info', 'low', 'medium', 'high', 'critical'] as const) {
      assert.equal(judge('fails', 'soft', severity), 'degraded');
      assert.equal(judge('unknown', 'soft', severity), 'degraded');
      assert.equal(judge('fails', 'hard', severity), 'failed');
      assert.equal(judge('unknown', 'hard', severity), 'inconclusive');
      assert.equal(judge('unknown', 'compliance', severity), 'inconclusive');
    }
    assert.deepEqual(
      (['info', 'low', 'medium', 'high', 'critical'] as const).map((one) => judge('fails', 'compliance', one)),
      ['degraded', 'degraded', 'degraded', 'failed', 'violated'],
    );
    assert.throws(() => judge('fails', 'odd' as never, 'high'), /failure class/);
    assert.throws(() => judge('fails', 'compliance', 'odd' as never), /severity/);
  });

  it('is the worst of several, and only passed and degraded are go', () => {
    assert.equal(worst([]), 'passed');
    for (const [index, verdict] of VERDICTS.entries()) {
      assert.equal(worst(['passed', verdict, 'passed']), verdict);
      assert.equal(worse(verdict, 'passed'), verdict);
      assert.equal(worse('violated', verdict), 'violated');
      assert.equal(isGo(verdict), index < 2);
      assert.equal(mayOverride({ verdict }), verdict === 'failed' || verdict === 'inconclusive');
    }
  });

  it('of an operation counts what is noted, a shadow or marked soft as such, and asks for a receipt', () => {
    const words = { code: 'c', subject: 's', message: 'm', remedy: 'r' };
    const receipt = { subject: 's', request: 'r', observedAt: '2026-11-29T10:30:00.000Z' };
    const of = (observation: object, evidence: readonly object[] = [receipt]) =>
      judgeResult('op', 'hard', { findings: [{ ...fails(words), ...observation }], evidence } as never).verdict;
    assert.equal(of({}), 'failed');
    assert.equal(of({ soft: true }), 'degraded');
    assert.equal(of({ soft: false }), 'failed');
    assert.equal(of({ shadow: true }), 'passed');
    assert.equal(of({ shadow: false }), 'failed');
    assert.equal(of(noted(words)), 'passed');
    assert.equal(of(unknown(words)), 'inconclusive');
    assert.equal(of({}, []), 'failed', 'a finding needs no receipt');
    const bare = judgeResult('op', 'hard', { findings: [], evidence: [] } as never);
    assert.deepEqual([bare.verdict, bare.findings[0]?.id], ['inconclusive', 'op/claim/no-evidence']);
    assert.equal(judgeResult('op', 'soft', { findings: [], evidence: [] } as never).verdict, 'degraded');
    assert.equal(judgeResult('op', 'hard', { findings: [], evidence: [receipt] } as never).verdict, 'passed');
    assert.equal(of(noted(words), []), 'inconclusive', 'a remark is no receipt');
  });

  it('is lowered to degraded by an excuse, which is asked for what is worse than that alone', () => {
    const words = { code: 'c', subject: 's', message: 'm', remedy: 'r' };
    const asked: string[] = [];
    const excuse = ({ id }: { id: string }) => {
      asked.push(id);
      return id.startsWith('op/b') ? { kind: 'override' as const, id: 'o', actor: 'ana', until: 'u' } : undefined;
    };
    const findings = [
      fails({ ...words, subject: 'a', soft: true }),
      noted({ ...words, subject: 'n' }),
      fails({ ...words, subject: 'b' }),
      fails({ ...words, subject: 'c' }),
    ] as never;
    const judged = judgeResult('op', 'hard', { findings, evidence: [] }, excuse);
    assert.deepEqual(asked, ['op/b/c', 'op/c/c']);
    assert.deepEqual(
      judged.findings.map(({ verdict, excusedBy }) => [verdict, excusedBy?.id]),
      [
        ['degraded', undefined],
        ['passed', undefined],
        ['degraded', 'o'],
        ['failed', undefined],
      ],
    );
  });
});

describe('small words', () => {
  it('an error of a port says whether trying again can help and whether the call may have landed', () => {
    const says: Record<PortErrorCode, readonly [retryable: boolean, ambiguous: boolean]> = {
      unavailable: [true, true],
      'deadline-exceeded': [true, true],
      aborted: [true, false],
      'resource-exhausted': [true, false],
      internal: [false, true],
      'permission-denied': [false, false],
      unauthenticated: [false, false],
      'not-found': [false, false],
      'already-exists': [false, false],
      'precondition-failed': [false, false],
      invalid: [false, false],
      'too-large': [false, false],
      unsupported: [false, false],
    };
    for (const [code, expected] of Object.entries(says)) {
      const error = new PortError('p', code as PortErrorCode, 'm');
      assert.deepEqual([error.retryable, error.ambiguous], expected, code);
    }
  });

  it('an override is for its slot and its finding, until its end and not at it', () => {
    const one = { id: 'o', slotId: 's', findingId: 'f', actor: 'a', reason: 'r', at: '1', until: '5' };
    assert.equal(overrideFor([one], 's', 'f', '4')?.id, 'o');
    assert.equal(overrideFor([one], 's', 'f', '5'), undefined);
    assert.equal(overrideFor([one], 'x', 'f', '4'), undefined);
    assert.equal(overrideFor([one], 's', 'x', '4'), undefined);
    const waivers = ['4', '5', '6'].map((until) => ({ until }) as never);
    assert.deepEqual(activeWaivers(waivers, '5'), [{ until: '6' }]);
  });

  it('an outbox is empty when nothing at all is owed', () => {
    const empty = { id: 'x', createdAt: 't', points: [], escalations: [], wakes: [], reports: [] };
    assert.equal(isEmpty(empty), true);
    for (const name of ['points', 'escalations', 'wakes', 'reports'])
      assert.equal(isEmpty({ ...empty, [name]: ['something'] } as never), false, name);
  });

  it('equal values have equal text, whatever the order of their keys; what is undefined is left out', () => {
    assert.equal(canonicalJson({ b: 1, a: [2, null, 'x', undefined], u: undefined }), '{"a":[2,null,"x",null],"b":1}');
    assert.equal(canonicalJson([]), '[]');
    assert.equal(canonicalJson({}), '{}');
    assert.equal(canonicalJson({ z: undefined, a: {}, b: undefined, c: [] }), '{"a":{},"c":[]}');
    assert.equal(canonicalJson(undefined), 'null');
    assert.equal(seriesOf({ metric: 'm', labels: { b: '2', a: '1' } }), 'm{a=1,b=2}');
  });
});
