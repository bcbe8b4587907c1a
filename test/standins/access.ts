import { GrpcFault, type GrpcStandIn, startGrpc } from './grpc-server.ts';
import { HttpFault, type HttpStandIn, startHttp } from './http-server.ts';

export interface PolicyStandIn extends GrpcStandIn {
  bindings: readonly { role: string; members: readonly string[]; condition?: { expression: string } }[];
  /** Rises with every change; another value is another etag. */
  version: number;
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
          handlers: { getIamPolicy, setIamPolicy },
        },
      ],
    }),
    { bindings: [] as PolicyStandIn['bindings'], version: 1 },
  );
  return standIn;

  function getIamPolicy({ options }: { options: { requestedPolicyVersion: number } | null }): unknown {
    const isWhole = options?.requestedPolicyVersion === 3;
    const bindings = standIn.bindings.map(({ condition, ...binding }) =>
      isWhole && condition !== undefined ? { ...binding, condition } : binding,
    );
    return { version: 3, etag: Buffer.from(etagOf()), bindings };
  }

  /** The whole policy is replaced: what a writer has left out, or did not know of, is gone. */
  function setIamPolicy({ policy }: { policy: WirePolicy }): unknown {
    if (Buffer.from(policy.etag).toString() !== etagOf())
      throw new GrpcFault(10, 'There were concurrent policy changes. Please retry the whole read-modify-write.');
    if (policy.version !== 3 && policy.bindings.some(({ condition }) => condition !== null))
      throw new GrpcFault(3, 'a policy with conditions is of version 3');
    standIn.version += 1;
    standIn.bindings = policy.bindings.map(({ role, members, condition }) => ({
      role,
      members,
      ...(condition === null ? {} : { condition: { expression: condition.expression } }),
    }));
    return getIamPolicy({ options: { requestedPolicyVersion: 3 } });
  }

  function etagOf(): string {
    return `etag-${standIn.version}`;
  }
}

interface WirePolicy {
  readonly etag: Uint8Array;
  readonly version: number;
  readonly bindings: readonly {
    readonly role: string;
    readonly members: readonly string[];
    readonly condition: { readonly expression: string } | null;
  }[];
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
  const existing = (email: string) => {
    const found = accounts.find((account) => account.email === email);
    if (found === undefined) throw new HttpFault(404, 'notFound', email);
    return found;
  };
  const standIn = await startHttp(({ method, path, query }) => {
    const disabled = /\/serviceAccounts\/([^/:]+):disable$/.exec(path)?.[1];
    if (disabled !== undefined && method === 'POST')
      return {
        name: 'disable',
        run: () => {
          existing(disabled).disabled = true;
          return {};
        },
      };
    const [, owner = '', key = ''] = /\/serviceAccounts\/([^/]+)\/keys\/([^/]+)$/.exec(path) ?? [];
    if (key !== '' && method === 'DELETE')
      return {
        name: 'deleteKey',
        run: () => {
          const own = keys.get(existing(owner).email) ?? [];
          const left = own.filter(({ name }) => !name.endsWith(`/${key}`));
          if (left.length === own.length) throw new HttpFault(404, 'notFound', key);
          keys.set(owner, left);
          return {};
        },
      };
    if (/\/serviceAccounts$/.test(path)) return { name: 'accounts', run: () => page('accounts', accounts, query) };
    if (path.endsWith('/activities:query'))
      return { name: 'activities', run: () => page('activities', activities, query) };
    const email = /\/serviceAccounts\/([^/]+)\/keys$/.exec(path)?.[1];
    if (email === undefined) return undefined;
    return {
      name: 'keys',
      run: () => {
        existing(email);
        return { keys: keys.get(email) ?? [] };
      },
    };
  });
  return Object.assign(standIn, { accounts, keys, activities });
}
