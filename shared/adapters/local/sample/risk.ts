import { z } from 'zod';
import { type Instant, plusSeconds, toSeconds } from '../../../domain/time.ts';
import type { ObjectsPort } from '../../../ports/objects.ts';
import { backupsSchema } from '../backups.ts';
import { SAMPLE_ADVISORIES } from '../osv-fixtures.ts';
import { isThere, readWorldFile, writeWorldFile } from '../world-file.ts';

/** Files of the sample world that the weekly review looks at, beside those of the daily phases. */
export const riskFiles = (data: string) => ({
  access: `${data}/access.json`,
  backups: `${data}/backups.json`,
  advisories: `${data}/advisories.json`,
  imageScans: `${data}/image-scans.json`,
});

const PROJECT = 'livhana-fixture.iam.gserviceaccount.com';
const account = (name: string) => ({ email: `${name}@${PROJECT}`, disabled: false, lastUsedAt: 'in-use', keys: [] });

const ACCESS = {
  bindings: [
    { role: 'roles/run.viewer', member: 'user:jesse@livhana.example', condition: null },
    { role: 'roles/logging.viewer', member: 'user:ana@livhana.example', condition: null },
    { role: 'roles/iam.securityReviewer', member: 'user:sam@livhana.example', condition: null },
    { role: 'roles/run.invoker', member: `serviceAccount:run-api@${PROJECT}`, condition: null },
    { role: 'roles/cloudbuild.builds.builder', member: `serviceAccount:build-bot@${PROJECT}`, condition: null },
  ],
  serviceAccounts: [account('run-api'), account('build-bot')],
};

const KEPT_BACKUPS = 14;
/** One entry that changes every day: a source that nothing changes in for a week is a source that stands still. */
const FEED_ENTRY = 'GHSA-hn00-0000-0000';

/** What the platform and the advisory source have done by that morning; a person's own entries stay as they are. */
export async function seedSampleRisk(data: string, objects: ObjectsPort, morning: Instant): Promise<void> {
  const files = riskFiles(data);
  const at = toSeconds(morning);
  if (!isThere(files.access)) writeWorldFile(files.access, ACCESS);
  if (!isThere(files.imageScans)) writeWorldFile(files.imageScans, { '*': { scannedAt: 'always', found: [] } });
  const backups = isThere(files.backups)
    ? readWorldFile('backups', files.backups, backupsSchema)
    : { backups: [], unreachable: [], schedules: [{ recurrence: 'daily', retentionSeconds: 604_800 }], copies: {} };
  const today = {
    name: `backup-${at.slice(0, 10)}`,
    at,
    state: 'ready',
    bytes: 1_048_576,
    expiresAt: toSeconds(plusSeconds(morning, 604_800)),
  };
  writeWorldFile(files.backups, { ...backups, backups: [today, ...backups.backups].slice(0, KEPT_BACKUPS) });
  const known = isThere(files.advisories)
    ? readWorldFile('advisories', files.advisories, z.array(z.record(z.string(), z.unknown())))
    : SAMPLE_ADVISORIES;
  const feed = {
    id: FEED_ENTRY,
    modified: at,
    summary: 'about a package that nobody has',
    affected: ['npm', 'PyPI'].map((ecosystem) => ({
      package: { ecosystem, name: 'sample-nothing' },
      versions: ['0.0.0'],
    })),
    database_specific: { severity: 'LOW' },
  };
  writeWorldFile(files.advisories, [...known.filter(({ id }) => id !== FEED_ENTRY), feed]);
  const folder = 'gs://livhana-fixture-highnoon-backups/shop/';
  const copy = Buffer.from(JSON.stringify({ exportedAt: at, note: 'an export of the sample shop' }).padEnd(4096));
  await objects.write(`${folder}${at.slice(0, 10)}.json`, copy, { when: 'any', contentType: 'application/json' });
  const test = Buffer.from(`${JSON.stringify({ testedAt: at, durationSeconds: 240 })}\n`);
  const testUri = `${folder}restore-test.json`;
  if ((await objects.stat(testUri)) === undefined) await objects.write(testUri, test, { when: 'absent' });
}
