import type { Service } from '../../domain/configuration/index.ts';
import { type Evidence, type Observation, result } from '../../domain/finding.ts';
import type { Json } from '../../domain/json.ts';
import { type ContextOf, defineOperation } from '../define-operation.ts';
import { mapLimited } from '../support/map-limited.ts';
import { nothingConfigured } from '../support/nothing-configured.ts';
import { judgeHealth, p95Of } from './judge-health.ts';
import { type Probed, probeService } from './probe-service.ts';
import { shownAddress, subjectOf } from './service.ts';

/** Most of a probe is waiting; dead hosts among a thousand services must not eat the time of the living. */
const AT_ONCE = 32;

export const checkServiceHealth = defineOperation({
  name: 'check-service-health',
  claim: 'every service answers as it should, each time it is asked, over live and fresh data and fast enough',
  kind: 'check',
  failure: 'hard',
  needs: ['http'],
  timeoutSeconds: 240,
  async run(context) {
    const { services } = context.configuration;
    if (services.length === 0) return nothingConfigured(context, 'services');
    const healths = await mapLimited(services, AT_ONCE, (service) => healthOf(context, service));
    const states = healths.map(({ service, state, p95Ms }) => ({ name: service.name, state, p95Ms }));
    const degradedServices = states.filter(({ state }) => state !== 'healthy').map(({ name }) => name);
    return {
      ...result(
        healths.flatMap(({ findings }) => findings),
        healths.flatMap(({ evidence }) => evidence),
      ),
      output: { services: states, degradedServices } satisfies Json,
    };
  },
});

export interface Health {
  readonly service: Service;
  readonly state: 'healthy' | 'failing' | 'unknown';
  readonly p95Ms: number | null;
  readonly findings: readonly Observation[];
  readonly evidence: readonly Evidence[];
}

/** Probes one service and judges it. Without a single answer there is no receipt, only a finding. */
export async function healthOf(context: ContextOf<'http'>, service: Service): Promise<Health> {
  const { signal } = context;
  const asking = { http: context.ports.http, signal, remainingMs: () => context.remainingMs() };
  const probed = await probeService(asking, service);
  const skewSeconds = context.configuration.deployment.clock_skew_s;
  const findings = judgeHealth(service, probed, { now: context.now(), skewSeconds });
  const state = findings.some((finding) => finding.state === 'fails')
    ? 'failing'
    : findings.length > 0
      ? 'unknown'
      : 'healthy';
  return { service, state, p95Ms: p95Of(probed) ?? null, findings, evidence: receipts(context, service, probed) };
}

function receipts(context: ContextOf<'http'>, service: Service, probed: Probed): Evidence[] {
  const last = probed.answers.at(-1);
  if (last === undefined) return [];
  const value = { statuses: probed.answers.map(({ status }) => status), p95Ms: p95Of(probed) ?? null };
  const request = `GET ${shownAddress(service.url)}, ${probed.answers.length} times`;
  return [{ subject: subjectOf(service), request, observedAt: context.now(), value, digest: last.digest }];
}
