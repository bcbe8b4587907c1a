import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { logLine } from '../../shared/adapters/local/log.ts';
import { PortError } from '../../shared/domain/errors.ts';
import { fails } from '../../shared/domain/finding.ts';
import { greenPhases, TestResource, testCheck, testPhase } from '../support/engine.ts';
import { at, DATE, openOperator } from './support.ts';

const CANARIES = [
  'ghp_c4n4ryC4N4RYc4n4ryC4N4RY0123456789',
  'sk_live_c4n4ryC4N4RYc4n4ry01',
  'glpat-c4n4ryC4N4RYc4n4ry',
  'eyJhbGciOiJub25lIn0.eyJzdWIiOiJjNG40cnkifQ.c4n4ryC4N4RY',
  'xoxb-0123456789-c4n4ryC4N4RY',
];
const told = (canary: string): string =>
  `the server said: Authorization: Bearer ${canary} and https://ana:${canary}@host.example/`;

describe('a secret that something outside says', () => {
  for (const canary of CANARIES) {
    it(`is in no document, log, page or answer: ${canary.slice(0, 6)}`, async () => {
      using operator = await openOperator('10:30');
      const throwing = (error: Error) =>
        testCheck(`throw-${error.name.toLowerCase()}`, undefined, { run: () => Promise.reject(error) });
      const finding = fails({
        code: 'said',
        subject: 'world',
        message: told(canary),
        remedy: `do not ${told(canary)}`,
      });
      const receipt = {
        subject: 'world',
        request: `GET https://ana:${canary}@host.example/`,
        observedAt: at('10:30'),
        value: told(canary),
      };
      operator.setPhases({
        ...greenPhases(new TestResource()),
        't-90-prep': testPhase('t-90-prep', [
          throwing(new Error(told(canary), { cause: new Error(canary) })),
          throwing(new PortError('world', 'invalid', told(canary), { cause: { headers: { authorization: canary } } })),
          testCheck('find', undefined, { run: async () => ({ findings: [finding], evidence: [receipt] }) }),
        ]),
      });
      await operator.run('t-90-prep', '10:30');
      const act = await operator.as('ana@example.com', '/api/acts/hold', { reason: `because of ${canary}` });
      assert.match(act.body, /the reason contains a/);
      const looks = await Promise.all(
        ['/', `/api/status?date=${DATE}`, `/api/report?date=${DATE}`, '/api/ledger?count=50'].map((path) =>
          operator.as('ana@example.com', path),
        ),
      );
      const seen = [
        act.body,
        JSON.stringify(operator.stored()),
        ...operator.logs.map(({ severity, message, fields }) =>
          logLine(severity as 'INFO', message, fields as Record<string, unknown>, at('10:30')),
        ),
        ...looks.map(({ body }) => String(body)),
      ];
      assert.ok(operator.logs.length > 0);
      for (const [index, text] of seen.entries()) {
        const found = text.indexOf(canary);
        assert.equal(found, -1, `output ${index}: ${text.slice(Math.max(0, found - 200), found + 80)}`);
      }
    });
  }
});
