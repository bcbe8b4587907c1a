import { createHash } from 'node:crypto';
import type { Configuration } from '../../domain/configuration/index.ts';
import { type Evidence, fails, type Observation, unknown } from '../../domain/finding.ts';
import { newestReady, type RestoreTest, readRestoreTest, worstGapHours } from '../../domain/risk/backups.ts';
import { hoursBetween, plusSeconds, secondsBetween, toSeconds } from '../../domain/time.ts';
import type { Backup } from '../../ports/backups.ts';
import type { ContextOf } from '../define-operation.ts';
import { cannotTell } from '../support/cannot-tell.ts';

type Context = ContextOf<'backups' | 'history' | 'objects'>;
type Target = Configuration['weekly']['backups'][number];
type Words = Pick<Observation, 'subject'>;

/** One configured backup: age, size, checksum, how much could have been lost, and when a restore was last proven. */
export async function checkBackupTarget(
  context: Context,
  target: Target,
): Promise<{ findings: Observation[]; evidence: Evidence[] }> {
  const words = { subject: `backups/${target.name}` };
  try {
    const copies = await context.ports.backups.copies(target.uri, context.signal);
    const newest = newestReady(copies);
    if (newest === undefined) {
      const evidence = {
        ...words,
        request: `copies in ${target.uri}`,
        observedAt: context.now(),
        value: copies.length,
      };
      const message = `there is no finished copy in ${target.uri}`;
      return {
        findings: [
          fails({
            ...words,
            code: 'no-copy',
            severity: 'critical',
            message,
            remedy: 'make one now, then mend what should have',
          }),
        ],
        evidence: [evidence],
      };
    }
    const checksum = await checkBytes(context, newest);
    const tested = await restoreTestOf(context, target);
    const value = {
      copies: copies.length,
      newest: newest.name,
      at: newest.at,
      bytes: newest.bytes,
      checksum: checksum.how,
      testedAt: tested?.testedAt ?? null,
    };
    const evidence: Evidence = {
      ...words,
      request: `copies in ${target.uri}`,
      observedAt: context.now(),
      value,
      ...(checksum.digest === undefined ? {} : { digest: checksum.digest }),
      maxAgeSeconds: target.max_age_h * 3600,
    };
    const findings = [
      ...judgeCopy(context, target, newest, words),
      ...(checksum.finding === undefined ? [] : [{ ...checksum.finding, ...words }]),
      ...judgeLoss(context, target, copies, words),
      ...judgeRestore(context, target, tested, words),
    ];
    return { findings, evidence: [evidence] };
  } catch (error) {
    return { findings: [cannotTell(error, words.subject, `${target.uri} cannot be looked at`)], evidence: [] };
  }
}

function judgeCopy(context: Context, target: Target, newest: Backup, words: Words): Observation[] {
  const findings: Observation[] = [];
  const remedy = 'look at what makes the copies; make one by hand meanwhile';
  if (hoursBetween(newest.at, context.now()) > target.max_age_h)
    findings.push(
      fails({
        ...words,
        code: 'copy-too-old',
        message: `the newest copy is from ${toSeconds(newest.at)}, and may be ${target.max_age_h} h old`,
        remedy,
      }),
    );
  if (newest.at > plusSeconds(context.now(), context.configuration.deployment.clock_skew_s))
    findings.push(
      unknown({
        ...words,
        code: 'copy-from-future',
        message: `the newest copy says it is from ${toSeconds(newest.at)}, which is still to come`,
        remedy,
      }),
    );
  if (target.min_bytes === undefined) return findings;
  if (newest.bytes === null)
    findings.push(
      unknown({ ...words, code: 'size-unknown', message: `it is not known how large ${newest.name} is`, remedy }),
    );
  else if (newest.bytes < target.min_bytes)
    findings.push(
      fails({
        ...words,
        code: 'copy-too-small',
        message: `${newest.name} has ${newest.bytes} bytes; ${target.min_bytes} are the least`,
        remedy,
      }),
    );
  return findings;
}

/** Larger copies are compared by what the store computed when they were written. */
const LARGEST_READ = 256 * 1024 * 1024;

interface Checksum {
  readonly how: string;
  readonly digest?: string;
  readonly finding?: Observation;
}

/** The writer's own digest against the bytes, where the writer left one; otherwise the store's checksum stands as receipt. */
async function checkBytes(context: Context, { name }: Backup): Promise<Checksum> {
  if (!name.startsWith('gs://')) return { how: 'kept by the platform' };
  const info = await context.ports.objects.stat(name);
  const promised = info?.metadata.sha256;
  if (info === undefined || promised === undefined || info.bytes > LARGEST_READ)
    return info?.crc32c === undefined
      ? { how: 'none' }
      : { how: 'crc32c of the store', digest: `crc32c:${info.crc32c}` };
  const hash = createHash('sha256');
  for await (const chunk of context.ports.objects.read(name, { generation: info.generation, signal: context.signal }))
    hash.update(chunk);
  const found = hash.digest('hex');
  if (found === promised) return { how: 'sha-256 of the bytes', digest: `sha256:${found}` };
  const message = `${name} has the digest ${found.slice(0, 12)}, its writer promised ${promised.slice(0, 12)}`;
  const finding = fails({
    code: 'checksum-differs',
    subject: name,
    severity: 'critical',
    message,
    remedy: 'use no copy of it before it is known what happened',
  });
  return { how: 'differs', digest: `sha256:${found}`, finding };
}

const WEEK_SECONDS = 7 * 86_400;

function judgeLoss(context: Context, target: Target, copies: readonly Backup[], words: Words): Observation[] {
  if (target.rpo_h === undefined) return [];
  const gap = worstGapHours(copies, plusSeconds(context.now(), -WEEK_SECONDS), context.now());
  if (gap === undefined || gap <= target.rpo_h) return [];
  const message = `${gap.toFixed(1)} h passed without a copy in the last week; at most ${target.rpo_h} h of work may be lost`;
  return [fails({ ...words, code: 'rpo-not-held', message, remedy: 'copy more often, or agree on another objective' })];
}

/** What people left beside the copies, or the newest act in the ledger. */
async function restoreTestOf(context: Context, target: Target): Promise<RestoreTest | undefined> {
  const since = plusSeconds(context.now(), -target.restore_test_max_days * 86_400);
  const act = (await context.ports.history.ledger(since)).findLast(
    ({ kind, subject }) => kind === 'restore-tested' && subject === target.name,
  );
  const seconds = (act?.detail as { durationSeconds?: number } | null | undefined)?.durationSeconds;
  const own = act === undefined ? undefined : { testedAt: act.at, durationSeconds: seconds ?? null };
  if (own !== undefined || !target.uri.startsWith('gs://')) return own;
  const uri = `${target.uri.replace(/\/?$/, '/')}restore-test.json`;
  const info = await context.ports.objects.stat(uri);
  if (info === undefined || info.bytes > 65_536) return undefined;
  const chunks: Uint8Array[] = [];
  for await (const chunk of context.ports.objects.read(uri, { generation: info.generation })) chunks.push(chunk);
  return readRestoreTest(Buffer.concat(chunks).toString('utf8'));
}

function judgeRestore(context: Context, target: Target, tested: RestoreTest | undefined, words: Words): Observation[] {
  const remedy = `restore it somewhere harmless, then: highnoon risks tested ${target.name} --seconds N --reason "..."`;
  const days = tested === undefined ? undefined : secondsBetween(tested.testedAt, context.now()) / 86_400;
  if (tested === undefined || days === undefined || days > target.restore_test_max_days) {
    const when = tested === undefined ? 'never' : `at ${toSeconds(tested.testedAt)}`;
    return [
      fails({
        ...words,
        code: 'restore-not-proven',
        severity: 'medium',
        soft: true,
        message: `a restore was last proven ${when}; every ${target.restore_test_max_days} days it must be`,
        remedy,
      }),
    ];
  }
  if (target.rto_h === undefined) return [];
  if (tested.durationSeconds === null)
    return [
      unknown({
        ...words,
        code: 'rto-not-measured',
        severity: 'low',
        soft: true,
        message: 'the last proven restore does not say how long it took',
        remedy,
      }),
    ];
  if (tested.durationSeconds <= target.rto_h * 3600) return [];
  const hours = (tested.durationSeconds / 3600).toFixed(1);
  return [
    fails({
      ...words,
      code: 'rto-not-held',
      message: `the last restore took ${hours} h; ${target.rto_h} h are allowed`,
      remedy: 'make restores faster, or agree on another objective',
    }),
  ];
}
