import { type Evidence, fails, type Observation, result, unknown } from '../../domain/finding.ts';
import { newestReady } from '../../domain/risk/backups.ts';
import { hoursBetween, toSeconds } from '../../domain/time.ts';
import { type ContextOf, defineOperation } from '../define-operation.ts';
import { cannotTell } from '../support/cannot-tell.ts';
import { mapLimited } from '../support/map-limited.ts';
import { checkBackupTarget } from './check-backup-target.ts';

type Context = ContextOf<'backups' | 'history' | 'objects'>;

/** A backup that nobody looked at is a hope. */
export const validateBackups = defineOperation({
  name: 'validate-backups',
  claim: 'the store and every configured target have a recent, whole backup, and restores were proven',
  kind: 'check',
  failure: 'hard',
  needs: ['backups', 'history', 'objects'],
  timeoutSeconds: 240,
  async run(context) {
    const managed = await checkManaged(context);
    const targets = await mapLimited(context.configuration.weekly.backups, 4, (target) =>
      checkBackupTarget(context, target),
    );
    const looks = [managed, ...targets];
    return result(
      looks.flatMap(({ findings }) => findings),
      looks.flatMap(({ evidence }) => evidence),
    );
  },
});

/** Hours between two backups of each rhythm, with two hours for making one. */
const RHYTHM_HOURS = { daily: 26, weekly: 170, other: 170 } as const;

async function checkManaged(context: Context): Promise<{ findings: Observation[]; evidence: Evidence[] }> {
  const subject = 'store';
  const remedy = 'look at the backup schedule of the database; docs/runbook.md says how to make one by hand';
  try {
    const [{ backups, unreachable }, schedules] = await Promise.all([
      context.ports.backups.backups(context.signal),
      context.ports.backups.schedules(context.signal),
    ]);
    const newest = newestReady(backups);
    const value = {
      backups: backups.length,
      schedules: schedules.length,
      newestAt: newest?.at ?? null,
      unreachable: [...unreachable],
    };
    const evidence = [
      { subject, request: 'backups of the store and their schedules', observedAt: context.now(), value },
    ];
    const findings: Observation[] = [];
    if (unreachable.length > 0) {
      const message = `the backups in ${unreachable.join(', ')} could not be listed: they are unknown, not absent`;
      findings.push(
        unknown({ code: 'location-unreachable', subject, message, remedy: 'rerun when the location answers again' }),
      );
    }
    if (schedules.length === 0)
      findings.push(
        fails({
          code: 'no-schedule',
          subject,
          message: 'no backup schedule exists for the store',
          remedy: 'apply infra/, which makes one',
        }),
      );
    const rhythm = schedules.some(({ recurrence }) => recurrence === 'daily')
      ? RHYTHM_HOURS.daily
      : RHYTHM_HOURS.weekly;
    if (newest === undefined) {
      // With a location in the dark, absence is not proven.
      if (unreachable.length === 0)
        findings.push(
          fails({
            code: 'no-backup',
            subject,
            severity: 'critical',
            message: 'the store has no finished backup',
            remedy,
          }),
        );
    } else if (hoursBetween(newest.at, context.now()) > rhythm) {
      const message = `the newest finished backup is from ${toSeconds(newest.at)}, older than ${rhythm} h`;
      findings.push((unreachable.length === 0 ? fails : unknown)({ code: 'backup-too-old', subject, message, remedy }));
    }
    const failed = backups.filter(
      ({ state, at }) => state === 'failed' && hoursBetween(at, context.now()) < RHYTHM_HOURS.weekly,
    );
    if (failed.length > 0)
      findings.push(
        fails({
          code: 'backup-failed',
          subject,
          severity: 'medium',
          soft: true,
          message: `${failed.length} backups of the last week failed: ${failed[0]?.name}`,
          remedy,
        }),
      );
    return { findings, evidence };
  } catch (error) {
    return { findings: [cannotTell(error, subject, 'the backups of the store cannot be listed')], evidence: [] };
  }
}
