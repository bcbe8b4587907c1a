import { fails, type Observation, unknown } from '../../shared/domain/finding.ts';
import type { Engine } from '../../shared/engine/engine.ts';
import { localIdentity } from '../../shared/operator/identity/local-identity.ts';
import { greenPhases, TestResource, testAction, testCheck, testPhase } from '../support/engine.ts';
import { type Operator, openOperator } from './support.ts';

const bad = (subject: string): Observation =>
  fails({
    code: 'down',
    subject,
    message: `${subject} answered 503, expected 200`,
    remedy: `look at the log of ${subject}`,
  });
const unclear = (subject: string): Observation =>
  unknown({
    code: 'stale',
    subject,
    message: `${subject} is 30 h old, 26 h are allowed`,
    remedy: `load ${subject} again`,
  });

export const green = (): Engine['phases'] => greenPhases(new TestResource());

/** T-30 with two checks that fail and one that cannot tell. */
export const redFinalCheck = (): Engine['phases'] => ({
  ...green(),
  't-30-final-check': testPhase('t-30-final-check', [
    testCheck('check-service-health', () => [bad('services/age-gate')]),
    testCheck('verify-protected-dns', () => [bad('dns/protected-a.example')]),
    testCheck('verify-data-integrity', () => [unclear('datasets/square_transactions')]),
  ]),
});

/** Noon whose second action fails after the first has taken effect. */
export const failingNoon = (): Engine['phases'] => {
  const resource = new TestResource();
  return {
    ...greenPhases(resource),
    'high-noon-sync': testPhase('high-noon-sync', [
      testCheck('verify-ticket', undefined, { output: { moved: [] } }),
      testAction('sync-repositories', resource, 'one'),
      testAction('release-services', resource, 'two', () => bad('services/age-gate')),
    ]),
  };
};

/** T-30 that finds a guardrail violated. */
export const violating = (): Engine['phases'] => ({
  ...green(),
  't-30-final-check': testPhase('t-30-final-check', [
    testCheck(
      'audit-compliance',
      () => [
        fails({
          code: 'violated',
          subject: 'guardrails/GR-1',
          message: 'GR-1: /products has no age gate',
          remedy: 'put the gate back',
          severity: 'critical',
        }),
      ],
      {
        failure: 'compliance',
        output: {
          results: [
            { guardrail: 'GR-1', result: 'failed', severity: 'critical' },
            { guardrail: 'GR-2', result: 'passed', severity: 'high' },
          ],
        },
      },
    ),
  ]),
});

/** The local person at the page. */
export const person = localIdentity({ store: 'local', user: 'ana' });

/** An operator whose page is looked at on this machine. */
export async function openLocally(time?: string): Promise<Operator> {
  const operator = await openOperator(time);
  operator.use(person);
  return operator;
}

export const LOCAL = {
  localAddress: '127.0.0.1',
  remoteAddress: '127.0.0.1',
  headers: { host: '127.0.0.1:8080' },
} as const;

/** Plays the day with these phases: preparation, final check and noon. */
export async function playChain(operator: Operator, phases: Engine['phases']): Promise<void> {
  operator.setPhases(phases);
  await operator.run('t-90-prep', '10:30');
  await operator.run('t-30-final-check', '11:30');
  await operator.run('high-noon-sync', '12:00');
}
