import { fails, type Observation, result, unknown } from '../../domain/finding.ts';
import { digestOf } from '../../domain/json.ts';
import type { Revision } from '../../domain/revision.ts';
import type { Bindings } from '../../domain/ticket.ts';
import { defineOperation } from '../define-operation.ts';
import { observeWorld } from './observe-world.ts';

/**
 * The go / no-go decision's own evidence: what exactly would be released. Its output becomes the go ticket when the
 * whole of T-30 is go.
 */
export const reportReadiness = defineOperation({
  name: 'report-readiness',
  claim: 'everything that noon would release is known, and what it would change is where the last known good left it',
  kind: 'check',
  failure: 'hard',
  needs: ['datasets', 'objects', 'repositories', 'services'],
  timeoutSeconds: 120,
  async run(context) {
    const observed = await observeWorld(context);
    const findings: Observation[] = [
      ...observed.findings,
      ...driftFromLastKnownGood(context.lastKnownGood, observed.bindings),
    ];
    const missing = Object.keys(observed.bindings).length <= 2;
    if (missing) {
      findings.push(
        unknown({
          code: 'nothing-bound',
          subject: 'ticket',
          message: 'nothing of the world could be bound to a ticket',
          remedy: 'see the findings beside this one',
        }),
      );
    }
    const evidence = {
      subject: 'ticket',
      request: 'repositories, datasets and services as noon would find them',
      observedAt: context.now(),
      value: Object.keys(observed.bindings).length,
      digest: digestOf(observed.bindings),
    };
    return { ...result(findings, [...observed.evidence, evidence]), output: { bindings: observed.bindings } };
  },
});

/** A release ref or live pointer that somebody else moved would make a rollback return to a state that nobody checked. */
function driftFromLastKnownGood(good: Revision | undefined, bindings: Bindings): Observation[] {
  if (good === undefined) return [];
  const findings: Observation[] = [];
  const compare = (family: string, part: string, known: Readonly<Record<string, string | null>>) => {
    for (const [name, value] of Object.entries(known)) {
      const binding = `${family}/${name}/${part}`;
      if (!(binding in bindings) || bindings[binding] === value) continue;
      findings.push(
        fails({
          code: 'moved-since-last-good',
          subject: binding,
          message: `${binding} is ${String(bindings[binding])}; the last known good has ${value ?? 'none'}`,
          remedy: 'put it back, or find out who released outside of noon',
        }),
      );
    }
  };
  compare('repositories', 'release-ref', good.commits);
  compare('datasets', 'live', good.datasets);
  return findings;
}
