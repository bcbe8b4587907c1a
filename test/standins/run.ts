import { GrpcFault, type GrpcStandIn, startGrpc } from './grpc-server.ts';

type Plain = Record<string, unknown>;
interface Traffic {
  readonly type: string;
  readonly revision: string;
  readonly percent: number;
  readonly tag: string;
}
export interface RunService {
  generation: number;
  observedGeneration: number;
  labels: Record<string, string>;
  traffic: readonly Traffic[];
  latestReady: string;
  latestCreated: string;
  reconciling: boolean;
  condition: string;
  readonly revisions: Record<string, Plain>;
}

export interface RunStandIn extends GrpcStandIn {
  readonly services: Map<string, RunService>;
  readonly updates: { readonly mask: readonly string[]; readonly labels: Record<string, string> }[];
  /** How many times the platform says "not yet" to whoever waits for a change; the change shows only then. */
  slowness: number;
}

const etagOf = (service: RunService): string => `"${JSON.stringify(service).length}-${service.generation}"`;

/** Cloud Run v2 in the parts that High Noon speaks to: etags, masks, label rules and operations that take a while. */
export async function startRun(parent: string): Promise<RunStandIn> {
  const services = new Map<string, RunService>();
  const updates: RunStandIn['updates'] = [];
  const operations = new Map<string, { left: number; readonly name: string; finish: () => void }>();

  const standIn: RunStandIn = Object.assign(
    await startGrpc({
      package: '@google-cloud/run',
      services: [
        {
          proto: 'google/cloud/run/v2/service.proto',
          name: 'google.cloud.run.v2.Services',
          handlers: { getService, listServices, updateService },
        },
        {
          proto: 'google/cloud/run/v2/revision.proto',
          name: 'google.cloud.run.v2.Revisions',
          handlers: { getRevision },
        },
        {
          proto: 'google/longrunning/operations.proto',
          name: 'google.longrunning.Operations',
          handlers: { getOperation },
        },
      ],
    }),
    { services, updates, slowness: 0 },
  );
  return standIn;

  function find(name: string): RunService {
    const found = services.get(name);
    if (found === undefined) throw new GrpcFault(5, `Resource '${name}' was not found`);
    return found;
  }

  function wire(name: string, service: RunService): Plain {
    return {
      name,
      etag: etagOf(service),
      generation: String(service.generation),
      observedGeneration: String(service.observedGeneration),
      labels: service.labels,
      traffic: service.traffic,
      trafficStatuses: service.traffic.map((share) => ({ ...share })),
      latestReadyRevision: `${name}/revisions/${service.latestReady}`,
      latestCreatedRevision: `${name}/revisions/${service.latestCreated}`,
      reconciling: service.reconciling,
      terminalCondition: { type: 'Ready', state: service.condition },
    };
  }

  function getService({ name }: { name: string }): unknown {
    return wire(name, find(name));
  }

  function listServices({ parent: asked, pageToken }: { parent: string; pageToken: string }): unknown {
    const own = [...services].filter(([name]) => name.startsWith(`${asked}/services/`));
    const from = Number(pageToken || 0);
    return {
      services: own.slice(from, from + 2).map(([name, service]) => wire(name, service)),
      nextPageToken: from + 2 < own.length ? String(from + 2) : '',
    };
  }

  function getRevision({ name }: { name: string }): unknown {
    const [service = '', revision = ''] = name.split('/revisions/');
    const found = find(service).revisions[revision];
    if (found === undefined) throw new GrpcFault(5, `Resource '${name}' was not found`);
    return { name, ...found };
  }

  function updateService({
    service,
    updateMask,
  }: {
    service: { name: string; etag: string; labels: Record<string, string>; traffic: Traffic[] };
    updateMask: { paths: string[] } | null;
  }): unknown {
    const found = find(service.name);
    const mask = updateMask?.paths ?? [];
    if (mask.length === 0 || mask.some((path) => path !== 'traffic' && path !== 'labels'))
      throw new GrpcFault(3, `this stand-in changes traffic and labels, not ${mask.join(',') || 'everything'}`);
    if (service.etag !== '' && service.etag !== etagOf(found))
      throw new GrpcFault(10, `Conflict for resource '${service.name}': version was specified but is not current`);
    const bad = Object.entries(service.labels).find(
      ([key, value]) => !/^[a-z][a-z0-9_-]{0,62}$/.test(key) || !/^[a-z0-9_-]{0,63}$/.test(value),
    );
    if (bad !== undefined) throw new GrpcFault(3, `${bad.join('=')} is no label`);
    for (const { revision, percent } of service.traffic) {
      if (percent > 0 && found.revisions[revision] === undefined)
        throw new GrpcFault(9, `Revision '${revision}' is not ready and cannot serve traffic`);
    }
    updates.push({ mask, labels: service.labels });
    // The request is taken at once, and shown with another generation; the platform gets to it later.
    found.generation += 1;
    if (mask.includes('labels')) found.labels = service.labels;
    const before = found.traffic;
    if (mask.includes('traffic')) found.traffic = service.traffic;
    const after = found.traffic;
    if (standIn.slowness > 0) {
      found.reconciling = true;
      found.traffic = before;
    }
    const name = `${parent}/operations/op-${operations.size}`;
    const finish = () => {
      found.traffic = after;
      found.reconciling = false;
      found.observedGeneration = found.generation;
    };
    if (standIn.slowness === 0) finish();
    operations.set(name, { left: standIn.slowness, name: service.name, finish });
    return operationOf(name);
  }

  function getOperation({ name }: { name: string }): unknown {
    const operation = operations.get(name);
    if (operation === undefined) throw new GrpcFault(5, `no operation ${name}`);
    operation.left -= 1;
    if (operation.left <= 0) operation.finish();
    return operationOf(name);
  }

  function operationOf(name: string): unknown {
    const operation = operations.get(name);
    if (operation === undefined || operation.left > 0) return { name, done: false };
    // The empty message of the type: whoever wants the state reads it.
    return {
      name,
      done: true,
      response: { type_url: 'type.googleapis.com/google.cloud.run.v2.Service', value: Buffer.alloc(0) },
    };
  }
}
