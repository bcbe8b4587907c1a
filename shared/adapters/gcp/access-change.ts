import { PortError } from '../../domain/errors.ts';
import type { Binding } from '../../ports/access.ts';
import type { CloudAccessOptions } from './access.ts';
import { CALL_TIMEOUT_MS, grpcCall, httpCall, lazily, once } from './call.ts';
import { grpcOptions, httpOrigin } from './endpoints.ts';

/** Version 3 carries conditions; written back under a lower one they would be lost. */
const POLICY_VERSION = 3;

/** What an approver does with rights of their own. Part of no function: only the command line imports this file. */
export interface AccessHands {
  /** No error when it is gone already. Throws `precondition-failed` when somebody changed the policy meanwhile. */
  removeBinding(binding: Binding): Promise<void>;
  disableAccount(email: string): Promise<void>;
  deleteKey(email: string, keyId: string): Promise<void>;
}

/** Changes of the project's access, as the identity that this process runs as. */
export function createCloudAccessChange(options: CloudAccessOptions): AccessHands {
  const { projectId, iamEndpoint } = options;
  const projects = lazily(async () => {
    const { ProjectsClient } = await import('@google-cloud/resource-manager/build/src/v3/projects_client.js');
    return new ProjectsClient((await grpcOptions(options)) as never);
  });
  const auth = lazily(async () => {
    const { GoogleAuth, PassThroughClient } = await import('google-auth-library');
    if (iamEndpoint !== undefined) return new GoogleAuth({ authClient: new PassThroughClient() });
    return new GoogleAuth({ scopes: ['https://www.googleapis.com/auth/cloud-platform'] });
  });
  const accountUrl = (email: string) =>
    `${httpOrigin('iam.googleapis.com', iamEndpoint)}/v1/projects/${projectId}/serviceAccounts/${encodeURIComponent(email)}`;

  async function send(method: 'POST' | 'DELETE', url: string, what: string, needs: string): Promise<void> {
    await httpCall({ port: 'access', what, needs }, undefined, async () => {
      await (await auth()).request({ method, url, timeout: CALL_TIMEOUT_MS, retry: false });
    });
  }

  return {
    async removeBinding(binding) {
      const resource = `projects/${projectId}`;
      const what = { port: 'access', what: `the policy of ${projectId}` };
      const [policy] = await grpcCall(
        { ...what, needs: 'resourcemanager.projects.getIamPolicy' },
        undefined,
        async () =>
          (await projects()).getIamPolicy({ resource, options: { requestedPolicyVersion: POLICY_VERSION } }, once()),
      );
      const before = policy.bindings ?? [];
      const isIt = ({ role, condition }: (typeof before)[number]) =>
        role === binding.role && (condition?.expression || null) === binding.condition;
      if (!before.some((one) => isIt(one) && one.members?.includes(binding.member) === true)) return;
      const bindings = before.flatMap((one) => {
        if (!isIt(one)) return [one];
        const members = (one.members ?? []).filter((member) => member !== binding.member);
        return members.length === 0 ? [] : [{ ...one, members }];
      });
      // The etag that was read: whatever somebody else wrote meanwhile is not written over.
      const changed = { ...policy, version: POLICY_VERSION, bindings };
      try {
        await grpcCall({ ...what, needs: 'resourcemanager.projects.setIamPolicy' }, undefined, async () =>
          (await projects()).setIamPolicy({ resource, policy: changed }, once()),
        );
      } catch (error) {
        if (!(error instanceof PortError) || error.code !== 'aborted') throw error;
        throw new PortError('access', 'precondition-failed', 'the policy changed since it was read; run it again', {
          cause: error,
        });
      }
    },
    disableAccount: (email) =>
      send('POST', `${accountUrl(email)}:disable`, `the account ${email}`, 'iam.serviceAccounts.disable'),
    deleteKey: (email, keyId) =>
      send(
        'DELETE',
        `${accountUrl(email)}/keys/${encodeURIComponent(keyId)}`,
        `a key of ${email}`,
        'iam.serviceAccountKeys.delete',
      ),
  };
}
