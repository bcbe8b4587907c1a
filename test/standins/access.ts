import { type GrpcStandIn, startGrpc } from './grpc-server.ts';
import { HttpFault, type HttpStandIn, startHttp } from './http-server.ts';

export interface PolicyStandIn extends GrpcStandIn {
  bindings: readonly { role: string; members: readonly string[]; condition?: { expression: string } }[];
}

/** Resource Manager's policy of a project. Conditions are shown to whoever asks for version 3, and hidden otherwise. */
export async function startPolicies(): Promise<PolicyStandIn> {
  const standIn: PolicyStandIn = Object.assign(
    await startGrpc({
      package: '@google-cloud/resource-manager',
      services: [
        {
          proto: 'google/cloud/resourcemanager/v3/projects.proto',
          name: 'google.cloud.resourcemanager.v3.Projects',
          handlers: { getIamPolicy },
        },
      ],
    }),
    { bindings: [] as PolicyStandIn['bindings'] },
  );
  return standIn;

  function getIamPolicy({ options }: { options: { requestedPolicyVersion: number } | null }): unknown {
    const isWhole = options?.requestedPolicyVersion === 3;
    const bindings = standIn.bindings.map(({ condition, ...binding }) =>
      isWhole && condition !== undefined ? { ...binding, condition } : binding,
    );
    return { version: 3, etag: Buffer.from('etag-1'), bindings };
  }
}

export interface IamStandIn extends HttpStandIn {
  readonly accounts: { email: string; disabled?: boolean }[];
  readonly keys: Map<string, { name: string; validAfterTime: string; keyType: string }[]>;
  readonly activities: { fullResourceName: string; activity: { lastAuthenticatedTime: string } }[];
}

/** The REST APIs of IAM and Policy Analyzer, in pages of two. */
export async function startIam(): Promise<IamStandIn> {
  const accounts: IamStandIn['accounts'] = [];
  const keys: IamStandIn['keys'] = new Map();
  const activities: IamStandIn['activities'] = [];
  const page = (field: string, list: readonly unknown[], query: URLSearchParams) => {
    const from = Number(query.get('pageToken') ?? 0);
    const next = from + 2 < list.length ? { nextPageToken: String(from + 2) } : {};
    return { [field]: list.slice(from, from + 2), ...next };
  };
  const standIn = await startHttp(({ path, query }) => {
    if (/\/serviceAccounts$/.test(path)) return { name: 'accounts', run: () => page('accounts', accounts, query) };
    if (path.endsWith('/activities:query'))
      return { name: 'activities', run: () => page('activities', activities, query) };
    const email = /\/serviceAccounts\/([^/]+)\/keys$/.exec(path)?.[1];
    if (email === undefined) return undefined;
    return {
      name: 'keys',
      run: () => {
        if (!accounts.some((account) => account.email === email)) throw new HttpFault(404, 'notFound', email);
        return { keys: keys.get(email) ?? [] };
      },
    };
  });
  return Object.assign(standIn, { accounts, keys, activities });
}
