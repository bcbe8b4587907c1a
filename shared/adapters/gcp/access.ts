import { PortError } from '../../domain/errors.ts';
import { type Instant, parseInstant } from '../../domain/time.ts';
import type { AccessPort, Binding, ServiceAccountState } from '../../ports/access.ts';
import { grpcCall, lazily, once } from './call.ts';
import { type CloudPlace, grpcOptions, httpOrigin } from './endpoints.ts';
import { createRestReader } from './rest.ts';
import { lastSegment } from './values.ts';

export interface CloudAccessOptions extends CloudPlace {
  /** `host:port` of a stand-in for the IAM and Policy Analyzer REST APIs. */
  readonly iamEndpoint?: string | undefined;
}

interface WireAccount {
  readonly email: string;
  readonly disabled?: boolean;
}
interface WireKey {
  readonly name: string;
  readonly validAfterTime?: string;
  readonly keyType?: string;
}
interface WireActivity {
  readonly fullResourceName?: string;
  readonly activity?: { readonly lastAuthenticatedTime?: string };
}

/** Version 3 shows conditions; under a lower one, conditional bindings come without them and look unconditional. */
const POLICY_VERSION = 3;
const MOST_PAGES = 50;

/** The project's IAM policy and service accounts. Reads only; no method that writes is reachable from here. */
export function createCloudAccess(options: CloudAccessOptions): AccessPort {
  const { projectId, iamEndpoint } = options;
  const projects = lazily(async () => {
    const { ProjectsClient } = await import('@google-cloud/resource-manager/build/src/v3/projects_client.js');
    // This package brings its own copy of the auth library, equal but for its types.
    return new ProjectsClient((await grpcOptions(options)) as never);
  });
  const get = createRestReader(iamEndpoint !== undefined);
  const asked = (what: string, needs: string) => ({ port: 'access', what, needs });

  async function pages<T>(url: string, field: string, what: string, needs: string, signal?: AbortSignal): Promise<T[]> {
    const found: T[] = [];
    let token = '';
    for (let page = 0; page < MOST_PAGES; page += 1) {
      const mark = url.includes('?') ? '&' : '?';
      const next = token === '' ? '' : `&pageToken=${encodeURIComponent(token)}`;
      const body = await get<Record<string, unknown>>(`${url}${mark}pageSize=100${next}`, asked(what, needs), signal);
      found.push(...((body[field] as T[] | undefined) ?? []));
      token = typeof body.nextPageToken === 'string' ? body.nextPageToken : '';
      if (token === '') return found;
    }
    throw new PortError('access', 'too-large', `${what}: more than ${MOST_PAGES} pages`);
  }

  async function keysOf(email: string, signal: AbortSignal | undefined): Promise<ServiceAccountState['keys']> {
    const url = `${httpOrigin('iam.googleapis.com', iamEndpoint)}/v1/projects/${projectId}/serviceAccounts/${encodeURIComponent(email)}/keys`;
    const { keys = [] } = await get<{ keys?: WireKey[] }>(
      url,
      asked(`keys of ${email}`, 'iam.serviceAccountKeys.list'),
      signal,
    );
    return keys.map(({ name, validAfterTime = '', keyType }) => ({
      id: lastSegment(name),
      createdAt: parseInstant(validAfterTime) ?? validAfterTime,
      userManaged: keyType === 'USER_MANAGED',
    }));
  }

  /** Who may not ask Policy Analyzer does not know when an account was used last, and says just that of each. */
  async function lastUses(signal: AbortSignal | undefined): Promise<ReadonlyMap<string, Instant>> {
    const origin = httpOrigin('policyanalyzer.googleapis.com', iamEndpoint);
    const type = 'serviceAccountLastAuthentication';
    const url = `${origin}/v1/projects/${projectId}/locations/global/activityTypes/${type}/activities:query`;
    const needs = 'policyanalyzer.serviceAccountLastAuthenticationActivities.query';
    const uses = new Map<string, Instant>();
    try {
      for (const { fullResourceName = '', activity } of await pages<WireActivity>(
        url,
        'activities',
        'last uses',
        needs,
        signal,
      )) {
        const at = parseInstant(activity?.lastAuthenticatedTime ?? '');
        if (at !== undefined) uses.set(lastSegment(fullResourceName), at);
      }
    } catch (error) {
      if (!(error instanceof PortError) || error.code !== 'permission-denied') throw error;
    }
    return uses;
  }

  return {
    async bindings(signal) {
      const request = { resource: `projects/${projectId}`, options: { requestedPolicyVersion: POLICY_VERSION } };
      const what = asked(`the policy of ${projectId}`, 'resourcemanager.projects.getIamPolicy');
      const [policy] = await grpcCall(what, signal, async () => (await projects()).getIamPolicy(request, once()));
      const bindings = (policy.bindings ?? []).flatMap(({ role, members, condition }): Binding[] =>
        (members ?? []).map((member) => ({ role: role ?? '', member, condition: condition?.expression || null })),
      );
      return { etag: Buffer.from((policy.etag as Uint8Array | undefined) ?? []).toString('base64'), bindings };
    },

    async serviceAccounts(signal) {
      const url = `${httpOrigin('iam.googleapis.com', iamEndpoint)}/v1/projects/${projectId}/serviceAccounts`;
      const what = `service accounts of ${projectId}`;
      const accounts = await pages<WireAccount>(url, 'accounts', what, 'iam.serviceAccounts.list', signal);
      const uses = await lastUses(signal);
      const states: ServiceAccountState[] = [];
      for (const { email, disabled = false } of accounts)
        states.push({ email, disabled, lastUsedAt: uses.get(email) ?? null, keys: await keysOf(email, signal) });
      return states;
    },
  };
}
