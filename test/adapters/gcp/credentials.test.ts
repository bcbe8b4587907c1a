import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { crc32c, crc32cText } from '../../../shared/adapters/gcp/crc32c.ts';
import { createCloudCredentials } from '../../../shared/adapters/gcp/credentials.ts';
import { PortError, type PortErrorCode } from '../../../shared/domain/errors.ts';
import type { Credentials } from '../../../shared/ports/credentials.ts';
import { credentialsContract } from '../../contracts/credentials.contract.ts';
import { type SecretManagerStandIn, startSecretManager } from '../../standins/secret-manager.ts';

const failsWith = (code: PortErrorCode, text?: RegExp) => (error: unknown) =>
  error instanceof PortError && error.code === code && (text === undefined || text.test(error.message));

credentialsContract('Secret Manager', async () => {
  const standIn = await startSecretManager();
  const place = { projectId: 'p1', region: 'us-central1', endpoint: standIn.endpoint };
  return {
    port: createCloudCredentials({ ...place, allowedAudiences: ['https://shop.example'] }),
    referenceOf: (name) => `secret://${name}`,
    put: (name, value) => void standIn.secrets.set(`projects/p1/secrets/${name}/versions/latest`, value),
    close: () => standIn.close(),
  };
});

describe('credentials on Google Cloud', () => {
  let standIn: SecretManagerStandIn;
  let port: Credentials;
  beforeEach(async () => {
    standIn = await startSecretManager();
    const place = { projectId: 'p1', region: 'us-central1', endpoint: standIn.endpoint };
    port = createCloudCredentials({ ...place, allowedAudiences: ['https://shop.example'] });
    standIn.secrets.set('projects/p1/secrets/git-token/versions/latest', 'abc\n');
    standIn.secrets.set('projects/other/secrets/git-token/versions/7', 'def');
  });
  afterEach(() => standIn.close());

  it('reads a secret by its name, by name and version, and by its full name', async () => {
    standIn.secrets.set('projects/p1/secrets/git-token/versions/3', 'third');
    assert.equal(await port.secret('secret://git-token'), 'abc');
    assert.equal(await port.secret('secret://git-token/3'), 'third');
    assert.equal(await port.secret('projects/other/secrets/git-token/versions/7'), 'def');
  });

  it('reads it anew each time, so that a renewed token is used', async () => {
    await port.secret('secret://git-token');
    standIn.secrets.set('projects/p1/secrets/git-token/versions/latest', 'renewed');
    assert.equal(await port.secret('secret://git-token'), 'renewed');
  });

  it('refuses what is no reference, what is absent, empty or damaged', async () => {
    for (const reference of ['env:TOKEN', 'abc', 'secret://a/../b', 'projects/p1/secrets/x', 'secret://a/b'])
      await assert.rejects(port.secret(reference), failsWith('unsupported'), reference);
    await assert.rejects(port.secret('secret://none'), failsWith('not-found'));
    standIn.secrets.set('projects/p1/secrets/empty/versions/latest', '');
    await assert.rejects(port.secret('secret://empty'), failsWith('unauthenticated'));
    standIn.isDamaged = true;
    await assert.rejects(port.secret('secret://git-token'), failsWith('unavailable', /checksum/));
  });

  it('names the missing permission and never the value', async () => {
    standIn.faults.next('accessSecretVersion', { kind: 'before', code: 7 });
    await assert.rejects(
      port.secret('secret://git-token'),
      failsWith('permission-denied', /secretmanager\.versions\.access/),
    );
  });

  it('makes no id token for an audience that is not allow-listed', async () => {
    await assert.rejects(port.idToken('https://elsewhere.example'), failsWith('permission-denied', /not allow-listed/));
  });
});

describe('CRC-32C', () => {
  it('is the published check value, also when it is computed in parts', () => {
    const bytes = Buffer.from('123456789');
    assert.equal(crc32c(bytes), 0xe3069283);
    assert.equal(crc32c(bytes.subarray(4), crc32c(bytes.subarray(0, 4))), 0xe3069283);
    assert.equal(crc32cText(crc32c(bytes)), '4waSgw==');
  });
});
