import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FirestoreMemory } from '../../../shared/adapters/gcp/memory.ts';
import { riskFiles } from '../../../shared/adapters/local/sample/risk.ts';
import { epochMs, type Instant, plusSeconds } from '../../../shared/domain/time.ts';
import { expectedSchedules } from '../../../shared/operations/readiness/check-schedules.ts';
import type { ObjectsPort } from '../../../shared/ports/objects.ts';
import type { LocalRuntime } from '../../../shared/runtime/local.ts';
import type { IamStandIn, PolicyStandIn } from '../../standins/access.ts';
import type { ArtifactAnalysisStandIn } from '../../standins/artifact-analysis.ts';
import type { FirestoreStandIn } from '../../standins/firestore.ts';
import type { RunStandIn } from '../../standins/run.ts';
import type { SchedulerStandIn } from '../../standins/scheduler.ts';
import { PROJECT, withAddresses } from './configuration.ts';

const timestamp = (at: Instant) => ({ seconds: String(Math.floor(epochMs(at) / 1000)), nanos: 0 });

/** Objects that the sample world has put into its folder since, into the object store; what High Noon wrote stays. */
export async function seedObjects(
  local: LocalRuntime,
  to: ObjectsPort,
  resolve: (address: string) => string | undefined,
  known: Map<string, string>,
): Promise<void> {
  const folder = join(local.data, 'objects');
  if (!existsSync(folder)) return;
  for (const bucket of readdirSync(folder)) {
    for await (const { uri, generation } of local.engine.ports.objects.list(`gs://${bucket}/`)) {
      if (known.get(uri) === generation) continue;
      known.set(uri, generation);
      const chunks: Uint8Array[] = [];
      for await (const chunk of local.engine.ports.objects.read(uri)) chunks.push(chunk);
      const text = withAddresses(Buffer.concat(chunks).toString('utf8'), resolve);
      await to.write(uri, Buffer.from(text), { when: 'any', contentType: 'application/x-ndjson' });
    }
  }
}

/** Collections of the application: memory, and what evidence is read from. */
const COLLECTIONS = ['behavioral', 'context', 'preference', 'orders', 'verifications', 'audit_log'];

/** Into the application's own database, which is not High Noon's. */
export async function seedCollections(local: LocalRuntime, firestoreHost: string): Promise<void> {
  const clock = local.clock;
  const memory = new FirestoreMemory({
    projectId: PROJECT,
    databaseId: '(default)',
    emulatorHost: firestoreHost,
    clock,
  });
  try {
    for (const name of COLLECTIONS)
      await memory.restore(name, local.engine.ports.memory.capture(name, { readTime: clock.now() }));
  } finally {
    await memory.close();
  }
}

export function seedSchedules(scheduler: SchedulerStandIn, region: string): void {
  scheduler.jobs = expectedSchedules('production').map(({ name, cron, timeZone, body }) => ({
    name: `projects/${PROJECT}/locations/${region}/jobs/${name}`,
    schedule: cron,
    timeZone,
    state: 'ENABLED' as const,
    pubsubTarget: { topicName: `projects/${PROJECT}/topics/${name}`, data: Buffer.from(body ?? '{"tick":true}') },
  }));
}

/** A binding of an account that is gone: the one thing that the weekly review proposes to take away. */
export const LEFT_OVER = 'deleted:serviceAccount:gone@livhana-fixture.iam.gserviceaccount.com?uid=1234';

/** Who may do what, and which backups there are, as the sample world's files say. */
export function seedAccess(data: string, now: Instant, policies: PolicyStandIn, iam: IamStandIn): void {
  const { bindings, serviceAccounts } = readJson(riskFiles(data).access) as {
    bindings: { role: string; member: string }[];
    serviceAccounts: { email: string; disabled: boolean }[];
  };
  policies.bindings = [
    ...bindings.map(({ role, member }) => ({ role, members: [member] })),
    { role: 'roles/logging.viewer', members: [LEFT_OVER] },
  ];
  iam.accounts.splice(0, iam.accounts.length, ...serviceAccounts.map(({ email, disabled }) => ({ email, disabled })));
  const used = plusSeconds(now, -3600);
  iam.activities.splice(
    0,
    iam.activities.length,
    ...serviceAccounts.map(({ email }) => ({
      fullResourceName: `//iam.googleapis.com/projects/${PROJECT}/serviceAccounts/${email}`,
      activity: { lastAuthenticatedTime: used },
    })),
  );
}

export function seedBackups(firestore: FirestoreStandIn, databaseId: string, now: Instant): void {
  firestore.backups = [
    {
      name: `projects/${PROJECT}/locations/us-central1/backups/daily`,
      database: `projects/${PROJECT}/databases/${databaseId}`,
      snapshotTime: timestamp(plusSeconds(now, -4 * 3600)),
      expireTime: timestamp(plusSeconds(now, 7 * 86_400)),
      state: 'READY',
      stats: { sizeBytes: '1048576', documentCount: '5', indexCount: '6' },
    },
  ];
  firestore.schedules = [{ retention: { seconds: '604800', nanos: 0 }, dailyRecurrence: {} }];
}

/** Every image that is deployed was scanned, and nothing was found. */
export function seedScans(scans: ArtifactAnalysisStandIn, run: RunStandIn, now: Instant): void {
  const images = [...run.services.values()].flatMap(({ revisions }) =>
    Object.values(revisions).map(({ containers }) => (containers as { image: string }[])[0]?.image ?? ''),
  );
  scans.occurrences = [...new Set(images)].map((image) => ({
    kind: 'DISCOVERY',
    resourceUri: `https://${image}`,
    discovery: { analysisStatus: 'FINISHED_SUCCESS', lastScanTime: timestamp(plusSeconds(now, -3600)) },
  }));
}

export const readJson = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'));
