import type { Escalation } from '../../domain/escalation.ts';
import { lock, unlock } from '../../domain/lockdown.ts';
import { dateOf } from '../../domain/time.ts';
import type { Engine } from '../engine.ts';
import { paths } from '../records.ts';
import { type ActAnswer, type Actor, act } from './act.ts';

/** Blocks everything that changes anything, now. */
export function lockDown(engine: Engine, who: Actor, { reason }: { reason: string }): Promise<ActAnswer> {
  return act(engine, who, reason, dateOf(engine.clock.now()), ({ lockdown, at }) => {
    if (lockdown.active) return `a lockdown is in force already (epoch ${lockdown.epoch}, ${lockdown.cause})`;
    const escalationId = `lockdown~${lockdown.epoch + 1}`;
    const next = lock(
      lockdown,
      { cause: 'operator', reason, slotId: null, findingIds: [], escalationId, setBy: who.name },
      at,
    );
    const escalation: Escalation = {
      id: escalationId,
      cause: reason,
      routes: ['critical', 'security'],
      severity: 'critical',
      title: `lockdown set by ${who.name}: ${reason}`,
      phase: null,
      slotId: null,
      runId: null,
      since: at,
      findings: [],
      rolledBack: [],
      nextStep: 'another person lifts it with: npm run -s highnoon -- unlock --reason "..."',
      acknowledgedAt: null,
      joined: [],
    };
    return {
      writes: [
        { path: paths.lockdown, data: next },
        { path: paths.escalation(escalationId), data: escalation },
      ],
      lines: [
        {
          kind: 'lockdown-set',
          subject: `epoch ${next.epoch}`,
          actor: who.name,
          detail: { cause: 'operator', reason },
        },
      ],
      message: `lockdown is in force (epoch ${next.epoch})`,
      detail: { epoch: next.epoch },
      lockdown: next,
      escalations: [escalationId],
    };
  });
}

/** Lifts a lockdown, or proposes to; without an epoch it means the one in force. It never replays a missed noon. */
export function liftLockdown(
  engine: Engine,
  who: Actor,
  { reason, epoch }: { reason: string; epoch?: number | undefined },
): Promise<ActAnswer> {
  return act(engine, who, reason, dateOf(engine.clock.now()), ({ lockdown, at }) => {
    const single = engine.configuration.people.single_operator;
    const answer = unlock(lockdown, { actor: who.name, reason, epoch: epoch ?? lockdown.epoch }, at, single);
    if (answer.kind === 'refused') return answer.why;
    const subject = `epoch ${lockdown.epoch}`;
    const isReleased = answer.kind === 'released';
    return {
      writes: [{ path: paths.lockdown, data: answer.lockdown }],
      lines: [
        {
          kind: isReleased ? 'lockdown-released' : 'lockdown-release-proposed',
          subject,
          actor: who.name,
          detail: { reason, by: answer.lockdown.released?.by ?? [who.name] },
        },
      ],
      message: isReleased
        ? `the lockdown (epoch ${lockdown.epoch}) is lifted`
        : `proposed; a second person completes it until ${answer.lockdown.proposal?.until}`,
      detail: { released: isReleased, epoch: lockdown.epoch },
      lockdown: answer.lockdown,
    };
  });
}
