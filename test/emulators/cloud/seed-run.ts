import { epochMs } from '../../../shared/domain/time.ts';
import type { RevisionState, ServicesPort } from '../../../shared/ports/services.ts';
import type { RunStandIn } from '../../standins/run.ts';

/** Brings what a pipeline has deployed since to the stand-in; where traffic goes there is left to whoever moves it. */
export async function seedRun(run: RunStandIn, parent: string, from: ServicesPort): Promise<void> {
  for (const service of await from.list()) {
    const name = `${parent}/services/${service}`;
    const state = await from.describe(service);
    const known = run.services.get(name);
    const latest = state.latestReadyRevision ?? '';
    if (known?.latestReady === latest) continue;
    const names = new Set([...state.traffic.map(({ revision }) => revision), latest]);
    const revisions = await Promise.all([...names].map((revision) => from.revision(service, revision)));
    const generation = (known?.generation ?? 0) + 1;
    run.services.set(name, {
      generation,
      observedGeneration: generation,
      labels: known?.labels ?? {},
      traffic: known?.traffic ?? state.traffic.map(({ revision, percent }) => shareOf(revision, percent)),
      latestReady: latest,
      latestCreated: latest,
      reconciling: false,
      condition: 'CONDITION_SUCCEEDED',
      revisions: { ...known?.revisions, ...Object.fromEntries(revisions.map((one) => [one.name, wireOf(one)])) },
    });
  }
}

/** The revision that has all traffic, as the stand-in says. */
export function servingIn(run: RunStandIn, parent: string, service: string): string | undefined {
  const shares = run.services.get(`${parent}/services/${service}`)?.traffic ?? [];
  return shares.find(({ percent }) => percent === 100)?.revision;
}

const shareOf = (revision: string, percent: number) => ({
  type: 'TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION',
  revision,
  percent,
  tag: '',
});

function wireOf(state: RevisionState): Record<string, unknown> {
  const probe = (found: RevisionState['livenessProbe']) =>
    found === null ? {} : { httpGet: { path: found.path, port: 8080 } };
  return {
    createTime: { seconds: String(Math.floor(epochMs(state.createdAt) / 1000)), nanos: 0 },
    serviceAccount: state.serviceAccount ?? '',
    maxInstanceRequestConcurrency: state.concurrency ?? 0,
    conditions: [{ type: 'Ready', state: state.ready ? 'CONDITION_SUCCEEDED' : 'CONDITION_FAILED' }],
    containers: [
      {
        image: state.image,
        ports: [{ containerPort: 8080 }],
        env: Object.entries(state.environment).map(([name, value]) => ({ name, value })),
        resources: { limits: { cpu: String(state.cpu ?? 1) } },
        livenessProbe: probe(state.livenessProbe),
        startupProbe: probe(state.startupProbe),
      },
    ],
  };
}
