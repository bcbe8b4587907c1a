import { UsageError } from '../../domain/errors.ts';

/** Where a cloud adapter works. */
export interface CloudPlace {
  readonly projectId: string;
  /** `us-central1` */
  readonly region: string;
  /** `host:port` of a stand-in, spoken to without encryption; left out: Google's own. */
  readonly endpoint?: string | undefined;
}

const NAMES = [
  'MONITORING',
  'RUN',
  'SCHEDULER',
  'FIRESTORE_ADMIN',
  'SECRET_MANAGER',
  'RESOURCE_MANAGER',
  'IAM',
  'BIGQUERY',
  'ARTIFACT_ANALYSIS',
  'OSV',
  'GITHUB',
] as const;
export type EndpointName = (typeof NAMES)[number];

/** The endpoints that a test environment names. Throws UsageError for one that is not `host:port`. */
export function endpointsFrom(
  environment: Readonly<Record<string, string | undefined>>,
): Partial<Record<EndpointName, string>> {
  const found: Partial<Record<EndpointName, string>> = {};
  for (const name of NAMES) {
    const value = environment[`HIGHNOON_ENDPOINT_${name}`] ?? '';
    if (value === '') continue;
    splitEndpoint(value, `HIGHNOON_ENDPOINT_${name}`);
    found[name] = value;
  }
  return found;
}

export function splitEndpoint(value: string, name = 'endpoint'): { host: string; port: number } {
  const match = /^(\[[0-9a-fA-F:]+\]|[A-Za-z0-9.-]+):(\d{1,5})$/.exec(value);
  const port = Number(match?.[2]);
  if (match === null || port < 1 || port > 65_535) throw new UsageError(`${name} '${value}': host:port is allowed`);
  return { host: match[1] ?? '', port };
}

/** What a gRPC client is made with. Encryption is left out for a named endpoint and for nothing else. */
export async function grpcOptions({ projectId, endpoint }: CloudPlace) {
  if (endpoint === undefined) return { projectId };
  const [{ credentials }, { GoogleAuth, PassThroughClient }] = await Promise.all([
    import('@grpc/grpc-js'),
    import('google-auth-library'),
  ]);
  const { host, port } = splitEndpoint(endpoint);
  // Without an identity of its own the client would look for one at the metadata server.
  const auth = new GoogleAuth({ projectId, authClient: new PassThroughClient() });
  return { projectId, apiEndpoint: host, port, sslCreds: credentials.createInsecure(), auth };
}

/** The base of a REST service: `https://iam.googleapis.com`, or the endpoint's. */
export const httpOrigin = (host: string, endpoint: string | undefined): string =>
  endpoint === undefined ? `https://${host}` : `http://${endpoint}`;
