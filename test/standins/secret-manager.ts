import { crc32c } from '../../shared/adapters/gcp/crc32c.ts';
import { GrpcFault, type GrpcStandIn, startGrpc } from './grpc-server.ts';

export interface SecretManagerStandIn extends GrpcStandIn {
  /** By `projects/P/secrets/S/versions/V`. */
  readonly secrets: Map<string, string>;
  /** Answers carry the check sum of other bytes. */
  isDamaged: boolean;
  /** Told of each version that is asked for. */
  onAsked: (name: string) => void;
}

/** Secret Manager's one method that High Noon uses. */
export async function startSecretManager(): Promise<SecretManagerStandIn> {
  const secrets = new Map<string, string>();
  const standIn: SecretManagerStandIn = Object.assign(
    await startGrpc({
      package: '@google-cloud/secret-manager',
      services: [
        {
          proto: 'google/cloud/secretmanager/v1/service.proto',
          name: 'google.cloud.secretmanager.v1.SecretManagerService',
          handlers: { accessSecretVersion },
        },
      ],
    }),
    { secrets, isDamaged: false, onAsked: (_name: string) => {} },
  );
  return standIn;

  function accessSecretVersion({ name }: { name: string }): unknown {
    standIn.onAsked(name);
    const value = secrets.get(name);
    if (value === undefined) throw new GrpcFault(5, `Secret Version [${name}] not found.`);
    const data = Buffer.from(value);
    const sum = crc32c(data) + (standIn.isDamaged ? 1 : 0);
    return { name, payload: { data, dataCrc32c: String(sum) } };
  }
}
