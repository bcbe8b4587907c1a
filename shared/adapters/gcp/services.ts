import type { google } from '@google-cloud/run/build/protos/protos.js';
import { PortError } from '../../domain/errors.ts';
import type { ServicesPort } from '../../ports/services.ts';
import { CALL_TIMEOUT_MS, grpcCall, lazily, once } from './call.ts';
import { type CloudPlace, grpcOptions } from './endpoints.ts';
import { grpcFault } from './errors.ts';
import { revisionState, serviceState, TOKEN_LABEL, tokenOf } from './run-states.ts';
import { lastSegment } from './values.ts';

type Service = google.cloud.run.v2.IService;
type Traffic = google.cloud.run.v2.ITrafficTarget;

/** A service that has this many is not one that a person watches. */
const MOST_PAGES = 20;
/** Kept for what comes after the platform said that it is done: the answer has to be read, too. */
const RESERVE_MS = 2000;

/**
 * Cloud Run. Every change names the etag that was read and carries its fencing token in a label, in the same request:
 * either both land or neither. Names come from a configuration and are part of a path, so they are checked first.
 */
export function createCloudServices(place: CloudPlace): ServicesPort {
  const services = lazily(async () => {
    const { ServicesClient } = await import('@google-cloud/run/build/src/v2/services_client.js');
    return new ServicesClient(await grpcOptions(place));
  });
  const revisions = lazily(async () => {
    const { RevisionsClient } = await import('@google-cloud/run/build/src/v2/revisions_client.js');
    return new RevisionsClient(await grpcOptions(place));
  });
  const parent = `projects/${place.projectId}/locations/${place.region}`;
  const asked = (what: string, needs: string) => ({ port: 'services', what, needs });

  async function read(service: string, signal: AbortSignal | undefined): Promise<Service> {
    const name = `${parent}/services/${checked(service)}`;
    const [found] = await grpcCall(asked(`the service ${service}`, 'run.services.get'), signal, async () =>
      (await services()).getService({ name }, once()),
    );
    return found;
  }

  /** Compare-and-set: what was read is what is changed, or nothing is. */
  async function change(found: Service, next: Partial<Service>, paths: string[], signal: AbortSignal | undefined) {
    const what = asked(`the service ${lastSegment(found.name ?? '')}`, 'run.services.update');
    const service = { name: found.name ?? '', etag: found.etag ?? '', ...next };
    const startedAt = performance.now();
    try {
      const [operation] = await grpcCall(what, signal, async () =>
        (await services()).updateService({ service, updateMask: { paths } }, once()),
      );
      const left = CALL_TIMEOUT_MS - RESERVE_MS - (performance.now() - startedAt);
      await grpcCall(what, deadline(left, signal), () => operation.promise());
    } catch (error) {
      const fault = grpcFault(error, what);
      // Run answers an etag that is not the newest with ABORTED: trying the same again can never help.
      if (fault.code === 'aborted')
        throw new PortError('services', 'precondition-failed', fault.message, { cause: fault });
      throw fault;
    }
  }

  return {
    describe: async (service, signal) => serviceState(await read(service, signal)),

    async revision(service, revision, signal) {
      const name = `${parent}/services/${checked(service)}/revisions/${checked(revision)}`;
      const [found] = await grpcCall(asked(`the revision ${revision}`, 'run.revisions.get'), signal, async () =>
        (await revisions()).getRevision({ name }, once()),
      );
      return revisionState(found);
    },

    async list(signal) {
      const names: string[] = [];
      let pageToken: string | null | undefined;
      for (let page = 0; page < MOST_PAGES; page += 1) {
        const request = { parent, pageSize: 100, ...(pageToken ? { pageToken } : {}) };
        const [found, , response] = await grpcCall(
          asked(`services of ${parent}`, 'run.services.list'),
          signal,
          async () => (await services()).listServices(request, { ...once(), autoPaginate: false }),
        );
        names.push(...found.map(({ name }) => lastSegment(name ?? '')));
        pageToken = response?.nextPageToken;
        if (!pageToken) break;
      }
      return names.sort();
    },

    async moveTraffic(service, { to, etag, token, signal }) {
      const found = await read(service, signal);
      refuseLower(service, found, token);
      if (found.etag !== etag)
        throw new PortError('services', 'precondition-failed', `${service} changed since it was looked at`);
      const target = await this.revision(service, to, signal);
      if (!target.ready) throw new PortError('services', 'precondition-failed', `${to} is not ready to serve`);
      const traffic = allTo(to, found.traffic ?? []);
      await change(found, { traffic, labels: withToken(found, token) }, ['traffic', 'labels'], signal);
      const shares = serviceState(await read(service, signal)).traffic;
      if (shares.some(({ revision, percent }) => percent > 0 && revision !== to))
        throw new PortError(
          'services',
          'unavailable',
          `${service} says it is done, and ${to} does not serve alone yet`,
        );
    },

    async fence(service, token, signal) {
      const found = await read(service, signal);
      refuseLower(service, found, token);
      if (tokenOf(found.labels) === token) return;
      await change(found, { labels: withToken(found, token) }, ['labels'], signal);
    },
  };
}

const deadline = (ms: number, signal: AbortSignal | undefined): AbortSignal => {
  const limit = AbortSignal.timeout(Math.max(0, Math.floor(ms)));
  return signal === undefined ? limit : AbortSignal.any([signal, limit]);
};

/** All traffic to one revision; addresses that tags gave to revisions stay as they are, without traffic. */
function allTo(revision: string, before: readonly Traffic[]): Traffic[] {
  const type = 'TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION' as const;
  const tagged = before.filter(({ tag }) => tag);
  return [{ type, revision, percent: 100 }, ...tagged.map((share) => ({ ...share, percent: 0 }))];
}

const withToken = ({ labels }: Service, token: number) => ({ ...labels, [TOKEN_LABEL]: String(token) });

function refuseLower(service: string, { labels }: Service, token: number): void {
  const known = tokenOf(labels);
  if (known > token)
    throw new PortError('services', 'precondition-failed', `${service} carries token ${known}, not ${token}`);
}

function checked(name: string): string {
  if (/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(name)) return name;
  throw new PortError(
    'services',
    'not-found',
    `${JSON.stringify(name.slice(0, 80))} is no name of a service or revision`,
  );
}
