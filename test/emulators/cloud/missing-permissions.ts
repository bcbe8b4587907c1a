import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PHASES } from '../../../functions/cli/phases.ts';
import type { PhaseName } from '../../../shared/domain/catalog.ts';
import { newestSlot } from '../../../shared/domain/slot.ts';
import { viewOutcome } from '../../../shared/engine/read-run.ts';
import { runPhase } from '../../../shared/engine/run-phase.ts';
import type { CloudDay } from './day.ts';
import type { Part } from './world.ts';

const GRPC_DENIED = 7;
const HTTP_DENIED = 403;
/** More calls than any one look makes. */
const CALLS = 60;

interface Denied {
  readonly part: Part;
  readonly method: string;
  readonly code: number;
  readonly phase: PhaseName;
  readonly operation: string;
  readonly permission: string;
}

const grpc = (part: Part, method: string, phase: PhaseName, operation: string, permission: string): Denied => ({
  part,
  method,
  code: GRPC_DENIED,
  phase,
  operation,
  permission,
});
const rest = (part: Part, method: string, phase: PhaseName, operation: string, permission: string): Denied => ({
  part,
  method,
  code: HTTP_DENIED,
  phase,
  operation,
  permission,
});

const DENIED: readonly Denied[] = [
  grpc('scheduler', 'listJobs', 't-90-prep', 'check-schedules', 'cloudscheduler.jobs.list'),
  grpc('secrets', 'accessSecretVersion', 't-90-prep', 'check-trinity-status', 'secretmanager.versions.access'),
  grpc('run', 'getService', 't-90-prep', 'check-compliance', 'run.services.get'),
  rest('bigquery', 'get', 't-90-prep', 'prepare-ingestion', 'bigquery.tables.get'),
  rest('storage', 'get', 't-30-final-check', 'validate-context-integrity', 'storage.objects.get'),
  grpc('policies', 'getIamPolicy', 'weekly-risk-review', 'review-access', 'resourcemanager.projects.getIamPolicy'),
  rest('iam', 'accounts', 'weekly-risk-review', 'review-access', 'iam.serviceAccounts.list'),
  grpc('scans', 'listOccurrences', 'weekly-risk-review', 'scan-vulnerabilities', 'containeranalysis.occurrences.list'),
  grpc('backups', 'listBackups', 'weekly-risk-review', 'validate-backups', 'datastore.backups.list'),
];

/** Each right that a function needs, taken away: the finding names it, and nothing reads as an outage. */
export function missingPermissions(day: () => CloudDay): void {
  describe('a right that is missing', () => {
    for (const { part, method, code, phase, operation, permission } of DENIED)
      it(`${permission}: ${operation} names it, and says of nothing that it is down`, async () => {
        const faults = day().world.faults[part];
        faults.next(method, ...Array.from({ length: CALLS }, () => ({ kind: 'before' as const, code })));
        try {
          const findings = (await look(day(), phase)).filter(({ operation: own }) => own === operation);
          const named = findings.filter(({ id }) => /\/(permission-denied|refused-evidence)$/.test(id));
          assert.ok(named.length > 0, JSON.stringify(findings));
          for (const { message } of named) assert.ok(message.includes(permission), message);
          for (const { id, message } of findings)
            assert.doesNotMatch(`${id} ${message}`, /unreachable|timed-out|is down/);
        } finally {
          while (faults.take(method) !== undefined);
        }
      });
  });
}

/** A dry-run of a phase in this process: everything is read, nothing is written. */
async function look({ emulated }: CloudDay, phase: PhaseName) {
  const engine = { ...emulated.runtime.engine, phases: PHASES };
  const slot = newestSlot(phase, engine.clock.now());
  const outcome = await runPhase(engine, {
    phase,
    kind: 'manual',
    messageId: 'dry-run',
    publishedAt: engine.clock.now(),
    dryRun: true,
    rerun: false,
    slotDueAt: slot.dueAt,
  });
  const view = await viewOutcome(engine, phase, slot.slotId, outcome);
  return view.operations.flatMap(({ name, findings }) =>
    findings.map(({ id, message }) => ({ operation: name, id, message })),
  );
}
