import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PortError } from '../../../shared/domain/errors.ts';
import { sha256 } from '../../../shared/domain/json.ts';
import { validateBackups } from '../../../shared/operations/risk/validate-backups.ts';
import type { Backup, BackupsPort } from '../../../shared/ports/backups.ts';
import type { ObjectsPort } from '../../../shared/ports/objects.ts';
import { sampleConfiguration } from '../../support/configuration.ts';
import { createContext } from '../../support/operation-context.ts';
import { judged } from './judge.ts';
import { storedPast } from './past-world.ts';

const SUNDAY = '2026-11-22T12:00:00.000Z';
const FOLDER = 'gs://backups/shop/';
const at = (hoursAgo: number) => new Date(Date.parse(SUNDAY) - hoursAgo * 3_600_000).toISOString();
const copy = (hoursAgo: number, change: Partial<Backup> = {}): Backup => ({
  name: `${FOLDER}${hoursAgo}`,
  at: at(hoursAgo),
  state: 'ready',
  bytes: 5000,
  expiresAt: null,
  ...change,
});
const daily = [1, 25, 49, 73, 97, 121, 145, 169].map((hours) => copy(hours));

interface World extends Partial<Record<'managed' | 'copies', readonly Backup[]>> {
  readonly unreachable?: readonly string[];
  readonly schedules?: Awaited<ReturnType<BackupsPort['schedules']>>;
  readonly error?: PortError;
  readonly test?: object | null;
  readonly promised?: string;
  readonly tested?: boolean;
}

function run(world: World = {}) {
  const backups: BackupsPort = {
    backups: async () => {
      if (world.error !== undefined) throw world.error;
      return { backups: world.managed ?? daily, unreachable: world.unreachable ?? [] };
    },
    schedules: async () => world.schedules ?? [{ recurrence: 'daily', retentionSeconds: 604_800 }],
    copies: async () => {
      if (world.error !== undefined) throw world.error;
      return world.copies ?? daily;
    },
  };
  const bytes = Buffer.from('the bytes of a copy');
  const test = world.test === undefined ? { testedAt: at(24 * 30), durationSeconds: 3600 } : world.test;
  const textOf = (uri: string) =>
    uri.endsWith('restore-test.json') ? (test === null ? undefined : Buffer.from(JSON.stringify(test))) : bytes;
  const objects = {
    stat: async (uri: string) => {
      const found = textOf(uri);
      const metadata: Record<string, string> =
        uri.endsWith('.json') || world.promised === undefined ? {} : { sha256: world.promised };
      return found === undefined
        ? undefined
        : { uri, bytes: found.length, generation: '1', updatedAt: SUNDAY, metadata, crc32c: 'abc' };
    },
    async *read(uri: string) {
      yield textOf(uri) ?? bytes;
    },
  } as unknown as ObjectsPort;
  const acts =
    world.tested === true
      ? [{ kind: 'restore-tested', subject: 'shop', actor: 'ana', detail: { durationSeconds: 60 }, at: at(48) }]
      : [];
  const history = storedPast({ from: '2026-11-20', until: SUNDAY, acts });
  const configuration = sampleConfiguration(
    `weekly: {backups: [{name: shop, uri: "${FOLDER}", max_age_h: 26, min_bytes: 1000, restore_test_max_days: 90, rpo_h: 24, rto_h: 4}]}`,
  );
  return judged(
    validateBackups,
    createContext({ ports: { backups, objects, history }, phase: 'weekly-risk-review', dueAt: SUNDAY, configuration }),
  );
}

describe('validate-backups', () => {
  it('passes recent, whole, tested backups', async () => {
    const { verdict, bad } = await run({ promised: sha256('the bytes of a copy') });
    assert.deepEqual(bad, []);
    assert.equal(verdict, 'passed');
  });

  it('calls the backups of a location that does not answer unknown, not absent', async () => {
    const { verdict, bad } = await run({ managed: [], unreachable: ['us-central1'] });
    assert.equal(verdict, 'inconclusive');
    assert.deepEqual(bad, ['store/location-unreachable']);
  });

  it('fails a store without a backup, without a schedule, or with an old one', async () => {
    assert.equal((await run({ managed: [] })).find('no-backup').verdict, 'failed');
    assert.equal((await run({ schedules: [] })).find('no-schedule').verdict, 'failed');
    assert.equal((await run({ managed: [copy(30)] })).find('backup-too-old').verdict, 'failed');
    assert.equal(
      (await run({ managed: [copy(30), copy(1, { state: 'creating' })] })).find('backup-too-old').verdict,
      'failed',
    );
  });

  it('fails a copy that is too old, too small or absent', async () => {
    assert.equal((await run({ copies: [copy(30)] })).find('copy-too-old').verdict, 'failed');
    assert.equal(
      (await run({ copies: [copy(1, { bytes: 10 }), ...daily.slice(1)] })).find('copy-too-small').verdict,
      'failed',
    );
    assert.equal((await run({ copies: [] })).find('no-copy').severity, 'critical');
  });

  it('fails a copy whose bytes are not those that its writer promised', async () => {
    const { find } = await run({ promised: sha256('other bytes') });
    assert.equal(find('checksum-differs').verdict, 'failed');
    assert.equal(find('checksum-differs').subject, 'backups/shop');
  });

  it('fails an objective that one missed copy broke', async () => {
    const { find } = await run({ copies: daily.filter(({ name }) => !name.endsWith('/73')) });
    assert.match(find('rpo-not-held').message, /^48\.0 h passed without a copy/);
  });

  it('asks for a proven restore, and takes a person at their word in the ledger', async () => {
    assert.equal((await run({ test: null })).find('restore-not-proven').verdict, 'degraded');
    assert.equal(
      (await run({ test: { testedAt: at(24 * 91), durationSeconds: 60 } })).find('restore-not-proven').verdict,
      'degraded',
    );
    assert.deepEqual((await run({ test: null, tested: true })).bad, []);
    assert.equal(
      (await run({ test: { testedAt: at(24), durationSeconds: 5 * 3600 } })).find('rto-not-held').verdict,
      'failed',
    );
    assert.equal((await run({ test: { testedAt: at(24) } })).find('rto-not-measured').state, 'unknown');
  });

  it('cannot tell without the permission to look', async () => {
    const { verdict, findings } = await run({
      error: new PortError('backups', 'permission-denied', 'datastore.backups.list is missing'),
    });
    assert.equal(verdict, 'inconclusive');
    assert.deepEqual(
      findings.map(({ subject, code }) => `${subject}/${code}`),
      ['store/permission-denied', 'backups/shop/permission-denied'],
    );
  });
});
