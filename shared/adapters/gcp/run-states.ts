import type { google } from '@google-cloud/run/build/protos/protos.js';
import type { RevisionState, ServiceState, TrafficShare } from '../../ports/services.ts';
import { lastSegment, toInstant, toNumber } from './values.ts';

type Service = google.cloud.run.v2.IService;
type Revision = google.cloud.run.v2.IRevision;
type Container = google.cloud.run.v2.IContainer;
type Probe = google.cloud.run.v2.IProbe;

/** The label that carries the highest fencing token. */
export const TOKEN_LABEL = 'high-noon-token';

/** 0 before the first; a label that is no number counts as one that nobody may pass, because who wrote it is unknown. */
export function tokenOf(labels: Readonly<Record<string, string>> | null | undefined): number {
  const text = labels?.[TOKEN_LABEL];
  if (text === undefined) return 0;
  return /^\d{1,15}$/.test(text) ? Number(text) : Number.MAX_SAFE_INTEGER;
}

const hasSucceeded = (condition: google.cloud.run.v2.ICondition | null | undefined): boolean =>
  condition?.state === 'CONDITION_SUCCEEDED' || condition?.state === 4;

const nameOrNull = (name: string | null | undefined): string | null => (name ? lastSegment(name) : null);

export function serviceState(service: Service): ServiceState {
  return {
    name: lastSegment(service.name ?? ''),
    etag: service.etag ?? '',
    reconciling: service.reconciling === true,
    ready: hasSucceeded(service.terminalCondition),
    generationObserved: toNumber(service.observedGeneration) >= toNumber(service.generation),
    latestReadyRevision: nameOrNull(service.latestReadyRevision),
    latestCreatedRevision: nameOrNull(service.latestCreatedRevision),
    traffic: sharesOf(service),
    token: tokenOf(service.labels),
  };
}

/** What the platform did rather than what was asked of it; `latest` is named by the revision it stands for. */
function sharesOf({ trafficStatuses, latestReadyRevision }: Service): TrafficShare[] {
  return (trafficStatuses ?? []).map(({ revision, percent, tag }) => ({
    revision: lastSegment(revision || latestReadyRevision || ''),
    percent: percent ?? 0,
    ...(tag ? { tag } : {}),
  }));
}

export function revisionState(revision: Revision): RevisionState {
  const container = servingContainer(revision.containers ?? []);
  const ready = (revision.conditions ?? []).find(({ type }) => type === 'Ready');
  return {
    name: lastSegment(revision.name ?? ''),
    createdAt: toInstant(revision.createTime ?? {}),
    ready: hasSucceeded(ready),
    image: container?.image ?? '',
    serviceAccount: revision.serviceAccount || null,
    environment: environmentOf(container),
    concurrency: revision.maxInstanceRequestConcurrency || null,
    cpu: cpuOf(container?.resources?.limits?.cpu),
    livenessProbe: probeOf(container?.livenessProbe),
    startupProbe: probeOf(container?.startupProbe),
    runtime: container?.baseImageUri ? lastSegment(container.baseImageUri) : null,
  };
}

/** The one with a port takes the requests; the others are its sidecars. */
const servingContainer = (containers: readonly Container[]): Container | undefined =>
  containers.find(({ ports }) => (ports ?? []).length > 0) ?? containers[0];

function environmentOf(container: Container | undefined): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const { name, value, valueSource } of container?.env ?? []) {
    const secret = valueSource?.secretKeyRef?.secret;
    if (name) environment[name] = secret ? `secret:${lastSegment(secret)}` : (value ?? '');
  }
  return environment;
}

/** `2`, `0.5` or `500m`. */
function cpuOf(limit: string | null | undefined): number | null {
  const match = /^(\d+(?:\.\d+)?)(m?)$/.exec(limit ?? '');
  return match === null ? null : Number(match[1]) / (match[2] === 'm' ? 1000 : 1);
}

/** Only a probe over HTTP asks the program; one that opens the port asks the platform's proxy. */
const probeOf = (probe: Probe | null | undefined): { path: string } | null =>
  probe?.httpGet ? { path: probe.httpGet.path || '/' } : null;
