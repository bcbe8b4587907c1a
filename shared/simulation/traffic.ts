import { PortError } from '../domain/errors.ts';
import type { OperationContext, PlannedEffect, Probe, UndoPlan } from '../domain/operation.ts';
import type { EffectRecord } from '../domain/run.ts';
import type { PortMap } from '../ports/port-map.ts';

type Context = OperationContext<PortMap>;

/** The two methods of a service as the simulated world has them. */
interface Service {
  describe(name: string): Promise<{ readonly serving: string; readonly etag: number }>;
  moveTraffic(name: string, move: { to: string; etag: number; token: number }): Promise<void>;
}

const servicesOf = (context: Context): Service => context.ports.services as unknown as Service;

/** Traffic of one service, by the etag of a look that saw the expected revision serve, and the token. */
export function trafficEffect(context: Context, service: string, from: string, to: string): PlannedEffect {
  return {
    target: `services/${service}/traffic`,
    detail: `all traffic of ${service} moves from ${from} to ${to}`,
    args: { service, to },
    pin: from,
    probe: () => look(context, service, (at) => (at === to ? 'applied' : at === from ? 'pinned' : 'other')),
    call: ({ token }) => move(context, service, from, to, token),
  };
}

export function undoTraffic(context: Context, effect: EffectRecord): UndoPlan {
  const { service, to } = effect.args as { service: string; to: string };
  const pin = String(effect.pin);
  return {
    fence: ({ token, signal }) => context.ports.services.fence(service, token, signal),
    probe: () => look(context, service, (at) => (at === pin ? 'pinned' : at === to ? 'applied' : 'other')),
    call: ({ token }) => move(context, service, to, pin, token),
  };
}

async function move(context: Context, service: string, from: string, to: string, token: number): Promise<void> {
  const { serving, etag } = await servicesOf(context).describe(service);
  if (serving !== from) throw new PortError('services', 'precondition-failed', `${serving} serves, not ${from}`);
  await servicesOf(context).moveTraffic(service, { to, etag, token });
}

async function look(context: Context, service: string, judge: (serving: string) => Probe['state']): Promise<Probe> {
  const { serving } = await servicesOf(context).describe(service);
  const receipt = { subject: `services/${service}`, request: 'traffic', observedAt: context.now(), value: serving };
  return { state: judge(serving), receipt };
}
