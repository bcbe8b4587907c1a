import { PortError } from '../../domain/errors.ts';
import type { Credentials } from '../../ports/credentials.ts';
import { grpcCall, httpCall, lazily, once } from './call.ts';
import { crc32c } from './crc32c.ts';
import { type CloudPlace, grpcOptions } from './endpoints.ts';

export interface CloudCredentialsOptions extends CloudPlace {
  /** `network.allowed_audiences` of the configuration: no token is made for any other. */
  readonly allowedAudiences: readonly string[];
}

/** Secrets by reference from Secret Manager, id tokens of the identity that this process runs as. Nothing is kept. */
export function createCloudCredentials({ allowedAudiences, ...place }: CloudCredentialsOptions): Credentials {
  const client = lazily(async () => {
    const { SecretManagerServiceClient } = await import(
      '@google-cloud/secret-manager/build/src/v1/secret_manager_service_client.js'
    );
    return new SecretManagerServiceClient(await grpcOptions(place));
  });
  const auth = lazily(async () => {
    const { GoogleAuth } = await import('google-auth-library');
    return new GoogleAuth();
  });
  return {
    async secret(reference) {
      const name = versionName(reference, place.projectId);
      const asked = { port: 'credentials', what: name, needs: 'secretmanager.versions.access' };
      const [{ payload }] = await grpcCall(asked, undefined, async () =>
        (await client()).accessSecretVersion({ name }, once()),
      );
      const data = Buffer.from((payload?.data as Uint8Array | undefined) ?? new Uint8Array());
      // A credential that was damaged on its way fails later and elsewhere, with a message that misleads.
      if (
        payload?.dataCrc32c !== null &&
        payload?.dataCrc32c !== undefined &&
        Number(payload.dataCrc32c) !== crc32c(data)
      )
        throw new PortError('credentials', 'unavailable', `${name} came damaged: its checksum differs`);
      const text = data.toString('utf8').replace(/\r?\n$/, '');
      if (text === '') throw new PortError('credentials', 'unauthenticated', `${name} is empty`);
      return text;
    },
    async idToken(audience) {
      if (!allowedAudiences.includes(audience))
        throw new PortError(
          'credentials',
          'permission-denied',
          `no token is made for ${audience}: it is not allow-listed`,
        );
      const asked = {
        port: 'credentials',
        what: `an id token for ${audience}`,
        needs: 'iam.serviceAccounts.getOpenIdToken',
      };
      return httpCall(asked, undefined, async () => {
        const { idTokenProvider } = await (await auth()).getIdTokenClient(audience);
        return idTokenProvider.fetchIdToken(audience);
      });
    },
  };
}

/** `secret://NAME[/VERSION]` in this project, or the full name of a version. Throws `unsupported`. */
function versionName(reference: string, projectId: string): string {
  const short = /^secret:\/\/([A-Za-z0-9_-]{1,255})(?:\/(\d+|latest))?$/.exec(reference);
  if (short !== null) return `projects/${projectId}/secrets/${short[1]}/versions/${short[2] ?? 'latest'}`;
  if (/^projects\/[a-z0-9-]+\/secrets\/[A-Za-z0-9_-]{1,255}\/versions\/(?:\d+|latest)$/.test(reference))
    return reference;
  throw new PortError(
    'credentials',
    'unsupported',
    `'${reference.slice(0, 80)}' is no reference to a secret; secret://NAME and projects/P/secrets/S/versions/V are`,
  );
}
