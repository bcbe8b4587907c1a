import { isAtLeast, runtimeStatus } from '../../domain/advisories/index.ts';
import { type Evidence, fails, noted, type Observation, unknown } from '../../domain/finding.ts';
import { hoursBetween } from '../../domain/time.ts';
import type { ImageScan } from '../../ports/advisories.ts';
import type { RevisionState } from '../../ports/services.ts';
import type { ContextOf } from '../define-operation.ts';
import { cannotTell } from '../support/cannot-tell.ts';
import { mapLimited } from '../support/map-limited.ts';

type Context = ContextOf<'advisories' | 'services'>;
interface Look {
  readonly findings: Observation[];
  readonly evidence: Evidence[];
}

/** The images and runtimes of every revision that gets traffic. */
export async function scanImages(context: Context): Promise<Look> {
  const subject = 'services';
  let names: readonly string[];
  try {
    names = await context.ports.services.list(context.signal);
  } catch (error) {
    return { findings: [cannotTell(error, subject, 'the services cannot be listed')], evidence: [] };
  }
  const request = 'names of the services of the project';
  const evidence: Evidence[] = [{ subject, request, observedAt: context.now(), value: names.length }];
  if (names.length === 0) {
    const message = 'the platform lists no service, so no image was looked at';
    const remedy = 'check the project and the region of the configuration';
    return { findings: [unknown({ code: 'no-services', subject, message, remedy })], evidence };
  }
  const looks = await mapLimited(names, 8, (name) => lookAtService(context, name));
  return {
    findings: looks.flatMap(({ findings }) => findings),
    evidence: [...evidence, ...looks.flatMap((look) => look.evidence)],
  };
}

async function lookAtService(context: Context, name: string): Promise<Look> {
  const subject = `services/${name}`;
  try {
    const { traffic } = await context.ports.services.describe(name, context.signal);
    const serving = [...new Set(traffic.filter(({ percent }) => percent > 0).map(({ revision }) => revision))];
    const looks: Look[] = [];
    for (const revision of serving) {
      const state = await context.ports.services.revision(name, revision, context.signal);
      const scanned = await lookAtImage(context, name, state);
      looks.push({
        findings: [...judgeRuntime(context, name, state), ...scanned.findings],
        evidence: scanned.evidence,
      });
    }
    return { findings: looks.flatMap(({ findings }) => findings), evidence: looks.flatMap(({ evidence }) => evidence) };
  } catch (error) {
    return { findings: [cannotTell(error, subject, `${name} cannot be looked at`)], evidence: [] };
  }
}

async function lookAtImage(context: Context, service: string, { image }: RevisionState): Promise<Look> {
  const subject = `images/${service}`;
  const scan = context.ports.advisories.imageScan;
  if (scan === undefined) {
    const message = `nothing scans ${image}`;
    return {
      findings: [unknown({ code: 'not-scanned', subject, message, remedy: 'switch on the scanning of images' })],
      evidence: [],
    };
  }
  if (!image.includes('@sha256:')) {
    const message = `${image} is named by a tag, so nobody knows which image was scanned`;
    return {
      findings: [unknown({ code: 'not-pinned', subject, message, remedy: 'deploy it by digest' })],
      evidence: [],
    };
  }
  try {
    const found = await scan.call(context.ports.advisories, image, { signal: context.signal });
    const value = { scannedAt: found.scannedAt, vulnerabilities: found.found.length };
    const evidence = [{ subject, request: `scan of ${image}`, observedAt: context.now(), value }];
    return { findings: judgeScan(context, subject, image, found), evidence };
  } catch (error) {
    return { findings: [cannotTell(error, subject, `the scan of ${image} cannot be read`)], evidence: [] };
  }
}

function judgeScan(context: Context, subject: string, image: string, { scannedAt, found }: ImageScan): Observation[] {
  const { fail_at: threshold, advisory_db_max_age_h: maxHours } = context.configuration.weekly.vuln;
  if (scannedAt === null)
    return [
      unknown({
        code: 'never-scanned',
        subject,
        message: `${image} was never scanned`,
        remedy: 'push it to a registry that scans, and wait for the scan',
      }),
    ];
  const findings: Observation[] = [];
  if (hoursBetween(scannedAt, context.now()) > maxHours)
    findings.push(
      unknown({
        code: 'stale-scan',
        subject,
        message: `${image} was last scanned at ${scannedAt}`,
        remedy: 'push it again, so that it is scanned again',
      }),
    );
  const bad = found.filter(({ rating }) => isAtLeast(rating, threshold) !== false);
  const [first] = bad;
  if (first !== undefined) {
    const ids = [...new Set(bad.map(({ id }) => id))];
    const fixes = bad.filter(({ fixedIn }) => fixedIn !== null).length;
    findings.push(
      fails({
        code: 'image-vulnerable',
        subject,
        severity: bad.some(({ rating }) => rating === 'critical') ? 'critical' : 'high',
        message: `${image} has ${ids.length} vulnerabilities of ${threshold} severity or more: ${ids.slice(0, 5).join(', ')}`,
        remedy: fixes > 0 ? `build it again on a newer base: ${fixes} are mended there` : 'use another base image',
        facts: { ids: ids.slice(0, 20) },
      }),
    );
  }
  return findings;
}

/** A person needs about a quarter to move a service to another runtime. */
const WARN_DAYS = 90;

function judgeRuntime(context: Context, service: string, { name, runtime }: RevisionState): Observation[] {
  // A container brings its own: its image was scanned.
  if (runtime === null) return [];
  const words = { subject: `services/${service}/runtime`, remedy: 'deploy it on a runtime that is supported' };
  const status = runtimeStatus(runtime, context.now());
  switch (status.status) {
    case 'supported':
      if (status.daysLeft > WARN_DAYS) return [];
      return [
        noted({
          ...words,
          code: 'runtime-ends-soon',
          severity: 'medium',
          message: `${name} runs on ${runtime}, patched until ${status.deprecatedOn}`,
        }),
      ];
    case 'deprecated':
      return [
        fails({
          ...words,
          code: 'runtime-deprecated',
          severity: 'medium',
          soft: true,
          message: `${name} runs on ${runtime}, not patched since ${status.deprecatedOn}`,
        }),
      ];
    case 'decommissioned':
      return [
        fails({
          ...words,
          code: 'runtime-decommissioned',
          message: `${name} runs on ${runtime}, given up on ${status.decommissionedOn}`,
        }),
      ];
    case 'unknown':
      return [
        unknown({
          ...words,
          code: 'runtime-unknown',
          soft: true,
          message: `${name} runs on ${runtime}, of which nothing is known`,
        }),
      ];
  }
}
