import { InvariantError, PortError } from '../../domain/errors.ts';
import { type Evidence, fails, noted, type Observation, result } from '../../domain/finding.ts';
import type { PlannedEffect, Probe, UndoPlan } from '../../domain/operation.ts';
import type { EffectRecord } from '../../domain/run.ts';
import type { Bindings } from '../../domain/ticket.ts';
import { type ContextOf, defineOperation } from '../define-operation.ts';
import { nothingConfigured } from '../support/nothing-configured.ts';
import { observeServices, servingOf } from './observe-services.ts';
import { type ReleasedService, releasedServices, softness, subjectOf } from './service.ts';

type Context = ContextOf<'services'>;

/** Traffic of one service, from the revision that served at T-30 to the ticketed one. */
interface TrafficMove {
  readonly service: string;
  readonly platformName: string;
  readonly from: string;
  readonly to: string;
}

export const releaseServices = defineOperation({
  name: 'release-services',
  claim: 'the revision that T-30 said go to gets all traffic of every service that noon releases',
  kind: 'action',
  failure: 'hard',
  needs: ['services'],
  timeoutSeconds: 240,
  async run(context) {
    const released = releasedServices(context.configuration.services);
    if (released.length === 0) return nothingConfigured(context, 'services with `release`');
    const observed = await observeServices(context);
    const plan = planMoves(released, ticketOf(context, observed.bindings), observed.bindings);
    // Whether a candidate is good was judged at T-30; here the ticket counts, and what cannot be looked at now.
    const findings = [...observed.findings.filter(({ state }) => state === 'unknown'), ...plan.findings];
    const evidence: Evidence[] = [...observed.evidence];
    if (findings.some(({ state, soft }) => state !== 'noted' && soft !== true))
      return { ...result(findings, evidence), output: { released: [] } };
    for (const move of plan.moves) evidence.push(await context.effects.apply(trafficEffect(context, move)));
    return { ...result(findings, evidence), output: { released: plan.moves.map(({ service }) => service) } };
  },
  undo: undoTraffic,
});

/** A dry-run may come before there is a ticket: it says what noon would do if T-30 said go to what is there now. */
function ticketOf(context: Context, observed: Bindings): Bindings {
  const { ticket } = context.day;
  if (ticket !== null) return ticket.bindings;
  return context.mode === 'run' ? {} : observed;
}

function planMoves(
  released: readonly ReleasedService[],
  ticketed: Bindings,
  observed: Bindings,
): { moves: TrafficMove[]; findings: Observation[] } {
  const moves: TrafficMove[] = [];
  const findings: Observation[] = [];
  for (const { service, platformName } of released) {
    const subject = subjectOf(service);
    const [to, from] = [ticketed[`${subject}/candidate`], ticketed[`${subject}/serving`]];
    const remedy = 'find out what moved it, then rerun t-30-final-check for a new ticket';
    if (typeof to !== 'string' || typeof from !== 'string') {
      const message = 'the go ticket does not say which revision to release and which one served';
      findings.push(fails({ code: 'not-ticketed', subject, message, remedy, ...softness(service) }));
    } else if (to !== from) moves.push({ service: service.name, platformName, from, to });
    else if (observed[`${subject}/serving`] === from) {
      const message = `${to} serves already; there is nothing newer to release`;
      findings.push(noted({ code: 'already-serving', subject, message, remedy: 'none needed' }));
    } else {
      const message = `${from} served at T-30, and ${observed[`${subject}/serving`] ?? 'no revision alone'} does now`;
      findings.push(fails({ code: 'serving-moved', subject, message, remedy }));
    }
  }
  return { moves, findings };
}

function trafficEffect(context: Context, { service, platformName, from, to }: TrafficMove): PlannedEffect {
  return {
    target: `services/${service}/traffic`,
    detail: `all traffic of ${platformName} moves from ${from} to ${to}`,
    args: { service, platformName, to },
    pin: from,
    probe: () =>
      look(context, service, platformName, (at) => (at === to ? 'applied' : at === from ? 'pinned' : 'other')),
    call: ({ token, signal }) => move(context, platformName, { from, to, token, signal }),
  };
}

function undoTraffic(context: Context, effect: EffectRecord): UndoPlan {
  const { service, platformName, to } = effect.args as { service: string; platformName: string; to: string };
  const { pin } = effect;
  if (typeof pin !== 'string') throw new InvariantError(`${effect.target}: its pin is no revision`);
  return {
    fence: ({ token, signal }) => context.ports.services.fence(platformName, token, signal),
    probe: () =>
      look(context, service, platformName, (at) => (at === pin ? 'pinned' : at === to ? 'applied' : 'other')),
    call: ({ token, signal }) => move(context, platformName, { from: to, to: pin, token, signal }),
  };
}

/** The etag is of a look that saw the expected revision serve, so that nothing can come in between. */
async function move(
  context: Context,
  platformName: string,
  { from, to, token, signal }: { from: string; to: string; token: number; signal: AbortSignal },
): Promise<void> {
  const state = await context.ports.services.describe(platformName, signal);
  const serving = servingOf(state);
  if (serving !== from)
    throw new PortError('services', 'precondition-failed', `${serving ?? 'no revision alone'} serves, not ${from}`);
  await context.ports.services.moveTraffic(platformName, { to, etag: state.etag, token, signal });
}

async function look(
  context: Context,
  service: string,
  platformName: string,
  judge: (serving: string | null) => Probe['state'],
): Promise<Probe> {
  const state = await context.ports.services.describe(platformName, context.signal);
  const serving = servingOf(state);
  const request = `traffic of ${platformName}`;
  const value = { serving, etag: state.etag };
  const receipt = { subject: `services/${service}`, request, observedAt: context.now(), value };
  return { state: judge(serving), receipt };
}
