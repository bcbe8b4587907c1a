import type { Configuration } from '../../domain/configuration/index.ts';
import { PortError } from '../../domain/errors.ts';
import { type Evidence, fails, type Observation } from '../../domain/finding.ts';
import type { Json } from '../../domain/json.ts';
import type { Instant } from '../../domain/time.ts';
import type { PortMap } from '../../ports/port-map.ts';
import type { ServiceState } from '../../ports/services.ts';
import { cannotTell } from '../support/cannot-tell.ts';
import { mapLimited } from '../support/map-limited.ts';
import { type ReleasedService, releasedServices, softness, subjectOf } from './service.ts';

export interface ServicesObservation {
  /** Without those that could not be looked at: a finding says so. */
  readonly bindings: Record<string, Json>;
  readonly evidence: Evidence[];
  readonly findings: Observation[];
}

interface ObservingContext {
  readonly ports: Pick<PortMap, 'services'>;
  readonly configuration: Configuration;
  now(): Instant;
  readonly signal: AbortSignal;
}

/** What of each service that noon moves the go ticket binds: the revision to release and the one that serves. */
export async function observeServices(context: ObservingContext): Promise<ServicesObservation> {
  const released = releasedServices(context.configuration.services);
  const parts = await mapLimited(released, 8, (one) => observe(context, one));
  return {
    bindings: Object.assign({}, ...parts.map(({ bindings }) => bindings)) as Record<string, Json>,
    evidence: parts.flatMap(({ evidence }) => evidence),
    findings: parts.flatMap(({ findings }) => findings),
  };
}

async function observe(context: ObservingContext, released: ReleasedService): Promise<ServicesObservation> {
  const { service, platformName } = released;
  const subject = subjectOf(service);
  try {
    const state = await context.ports.services.describe(platformName, context.signal);
    const serving = servingOf(state);
    const { candidate, findings } = await candidateOf(context, released, state);
    const value = { serving, candidate, etag: state.etag };
    if (serving === null) findings.push(split(released, state));
    return {
      bindings: { [`${subject}/candidate`]: candidate, [`${subject}/serving`]: serving },
      evidence: [
        { subject, request: `state of ${platformName} and of its revisions`, observedAt: context.now(), value },
      ],
      findings,
    };
  } catch (error) {
    const finding = cannotTell(error, subject, `${platformName} cannot be looked at`, softness(service));
    return { bindings: {}, evidence: [], findings: [finding] };
  }
}

/** The revision that gets all traffic; null when it is shared, or goes nowhere. */
export function servingOf({ traffic }: ServiceState): string | null {
  const shares = traffic.filter(({ percent }) => percent > 0);
  return shares.length === 1 && shares[0]?.percent === 100 ? shares[0].revision : null;
}

async function candidateOf(
  context: ObservingContext,
  { service, platformName, wanted }: ReleasedService,
  state: ServiceState,
): Promise<{ candidate: string | null; findings: Observation[] }> {
  const base = { subject: subjectOf(service), ...softness(service) };
  const named = wanted === 'latest-ready' ? state.latestReadyRevision : wanted;
  if (named === null) {
    const message = `no revision of ${platformName} is ready, so there is nothing to release`;
    return { candidate: null, findings: [fails({ ...base, code: 'no-candidate', message, remedy: 'deploy one' })] };
  }
  try {
    const { ready } = await context.ports.services.revision(platformName, named, context.signal);
    if (ready) return { candidate: named, findings: [] };
    const message = `the candidate ${named} is not ready to serve`;
    const remedy = 'look at the log of the revision; deploy it again, or name another candidate';
    return { candidate: null, findings: [fails({ ...base, code: 'candidate-not-ready', message, remedy })] };
  } catch (error) {
    if (!(error instanceof PortError) || error.code !== 'not-found') throw error;
    const message = `there is no revision ${named} of ${platformName}`;
    const remedy = 'name one that exists in `release.candidate`, or `latest-ready`';
    return { candidate: null, findings: [fails({ ...base, code: 'candidate-absent', message, remedy })] };
  }
}

function split({ service, platformName }: ReleasedService, { traffic }: ServiceState): Observation {
  const shares = traffic.map(({ revision, percent }) => `${revision} ${percent} %`).join(', ') || 'nothing';
  return fails({
    code: 'traffic-split',
    subject: subjectOf(service),
    message: `no revision of ${platformName} gets all traffic (${shares}), so a rollback would have no revision to return to`,
    remedy: 'give all traffic to one revision, then rerun',
    ...softness(service),
  });
}
