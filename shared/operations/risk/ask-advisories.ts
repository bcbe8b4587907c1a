import { isAtLeast } from '../../domain/advisories/index.ts';
import type { OsvRecord } from '../../domain/advisories/record.ts';
import { PortError } from '../../domain/errors.ts';
import { type Evidence, fails, noted, type Observation, unknown } from '../../domain/finding.ts';
import { digestOf } from '../../domain/json.ts';
import {
  type Installed,
  judgeAdvisories,
  type Undecided,
  type Vulnerability,
} from '../../domain/risk/vulnerabilities.ts';
import { hoursBetween, parseInstant, toSeconds } from '../../domain/time.ts';
import type { AdvisoryRef } from '../../ports/advisories.ts';
import type { ContextOf } from '../define-operation.ts';
import { cannotTell } from '../support/cannot-tell.ts';
import { mapLimited } from '../support/map-limited.ts';

type Context = ContextOf<'advisories'>;

export interface AdvisoryAnswer {
  readonly findings: Observation[];
  readonly evidence: Evidence[];
  readonly vulnerabilities: readonly Vulnerability[];
}

/** The report of one review names this many; a longer list is mended by updating, not by reading. */
const MOST_NAMED = 40;
/** So many packages are asked about at once; what came back for them is let go before the next. */
const PACKAGES_AT_ONCE = 2000;

/** What the source of advisories says about these packages, or that it could not be asked. */
export async function askAdvisories(context: Context, installed: readonly Installed[]): Promise<AdvisoryAnswer> {
  const ecosystems = [...new Set(installed.map(({ ecosystem }) => ecosystem))].sort();
  const ages = await mapLimited(ecosystems, 4, (ecosystem) => ageOf(context, ecosystem));
  const findings = ages.flatMap((age) => age.findings);
  const evidence = ages.flatMap((age) => age.evidence);
  const listed: { installed: Installed; records: readonly OsvRecord[] }[] = [];
  const known = new Map<string, OsvRecord>();
  try {
    for (let from = 0; from < installed.length; from += PACKAGES_AT_ONCE) {
      const part = installed.slice(from, from + PACKAGES_AT_ONCE);
      const asked = part.map(({ ecosystem, name, version }) => ({ ecosystem, name, version }));
      const lists = await context.ports.advisories.query(asked, { signal: context.signal });
      await fetchRecords(context, lists.flat(), known);
      for (const [index, one] of part.entries()) {
        const records = (lists[index] ?? []).flatMap(({ id }) => known.get(id) ?? []);
        if (records.length > 0) listed.push({ installed: one, records });
      }
    }
  } catch (error) {
    return { findings: [...findings, sourceFinding(error, installed.length)], evidence, vulnerabilities: [] };
  }
  const { vulnerabilities, undecided } = judgeAdvisories(listed, context.waivers);
  evidence.push({
    subject: 'advisories',
    request: `advisories about ${installed.length} package versions`,
    observedAt: context.now(),
    value: { packages: installed.length, listed: known.size, affecting: vulnerabilities.length },
    digest: digestOf([...known.values()].map(({ id, modified }) => [id, modified]).sort()),
  });
  findings.push(...judge(context, vulnerabilities), ...judgeUndecided(undecided));
  return { findings, evidence, vulnerabilities: vulnerabilities.slice(0, MOST_NAMED) };
}

async function fetchRecords(
  context: Context,
  refs: readonly AdvisoryRef[],
  known: Map<string, OsvRecord>,
): Promise<void> {
  const wanted = [...new Map(refs.map((ref) => [ref.id, ref])).values()].filter(({ id }) => !known.has(id));
  const records = await context.ports.advisories.records(wanted, { signal: context.signal });
  for (const [index, ref] of wanted.entries()) {
    const record = records[index];
    if (record === undefined) throw new PortError('advisories', 'internal', `no record came back for ${ref.id}`);
    known.set(ref.id, record);
  }
}

/** A limit of the rate is no outage: the remedy is to wait. */
function sourceFinding(error: unknown, packages: number): Observation {
  const what = `${packages} package versions could not be checked`;
  if (error instanceof PortError && error.code === 'resource-exhausted')
    return unknown({
      code: 'rate-limited',
      subject: 'advisories',
      message: `${what}: ${error.message}`,
      remedy: 'wait as long as the source asks for, then rerun',
    });
  return cannotTell(error, 'advisories', what);
}

async function ageOf(context: Context, ecosystem: string): Promise<{ findings: Observation[]; evidence: Evidence[] }> {
  const subject = `advisories/${ecosystem}`;
  const maxHours = context.configuration.weekly.vuln.advisory_db_max_age_h;
  try {
    const said = await context.ports.advisories.newestChangeAt(ecosystem, { signal: context.signal });
    const newest = parseInstant(said);
    const request = `when the newest advisory of ${ecosystem} changed`;
    const evidence = [{ subject, request, observedAt: context.now(), value: said, maxAgeSeconds: maxHours * 3600 }];
    const age = newest === undefined ? Number.POSITIVE_INFINITY : hoursBetween(newest, context.now());
    if (age <= maxHours) return { findings: [], evidence };
    const message = `the newest advisory of ${ecosystem} is from ${newest === undefined ? said : toSeconds(newest)}; older than ${maxHours} h proves nothing`;
    const remedy = 'find out why the source stands still, or ask another';
    return { findings: [unknown({ code: 'stale-advisories', subject, message, remedy })], evidence };
  } catch (error) {
    return {
      findings: [cannotTell(error, subject, `how old the advisories of ${ecosystem} are cannot be told`)],
      evidence: [],
    };
  }
}

function judge(context: Context, vulnerabilities: readonly Vulnerability[]): Observation[] {
  const threshold = context.configuration.weekly.vuln.fail_at;
  const findings: Observation[] = [];
  const below = vulnerabilities.filter(({ rating }) => isAtLeast(rating, threshold) === false);
  const named = vulnerabilities.filter((one) => !below.includes(one));
  for (const one of named.slice(0, MOST_NAMED)) findings.push(findingOf(one));
  const rest = named.length - MOST_NAMED;
  if (rest > 0) {
    const message = `${rest} more vulnerabilities of ${threshold} severity or unknown rating are not named here`;
    findings.push(fails({ code: 'more', subject: 'advisories', message, remedy: 'update what is named, then rerun' }));
  }
  if (below.length > 0) {
    const message = `${below.length} vulnerabilities below ${threshold} severity: ${below
      .slice(0, 10)
      .map(({ ids }) => ids[0])
      .join(', ')}`;
    findings.push(
      noted({
        code: 'below-threshold',
        subject: 'advisories',
        severity: 'low',
        message,
        remedy: 'update when it is convenient',
      }),
    );
  }
  return findings;
}

function findingOf({ ids, rating, score, packages, dev, waivedBy }: Vulnerability): Observation {
  const [first] = packages;
  const fixed = packages.flatMap(({ fixedIn }) => fixedIn);
  const where = packages
    .slice(0, 3)
    .map(({ name, places }) => `${name} (${places.slice(0, 3).join(', ')})`)
    .join('; ');
  const rated = rating === 'unknown' ? 'of unknown severity' : `${rating}${score === null ? '' : ` (${score})`}`;
  const words = {
    subject: `vulnerabilities/${ids[0] ?? 'unnamed'}`,
    message: `${ids.join(' = ')} is ${rated} in ${where}${packages.length > 3 ? ` and ${packages.length - 3} more` : ''}`,
    remedy:
      fixed.length > 0
        ? `update ${first?.name.replace(/@[^@]*$/, '') ?? 'it'} to ${[...new Set(fixed)].join(' or ')}`
        : 'no version mends it yet: replace it, or waive it with a date',
    severity: rating === 'unknown' || rating === 'none' ? ('high' as const) : rating,
    facts: { ids: [...ids], packages: packages.slice(0, 10).map(({ name }) => name) },
  };
  if (waivedBy !== null) {
    const message = `${words.message}; waived by ${waivedBy.owner} until ${toSeconds(waivedBy.until)}`;
    return fails({ ...words, message, code: 'vulnerable', soft: true, facts: { ...words.facts, waiver: waivedBy.id } });
  }
  if (rating === 'unknown') return unknown({ ...words, code: 'vulnerable-unrated', soft: dev });
  return fails({ ...words, code: 'vulnerable', soft: dev });
}

function judgeUndecided(undecided: readonly Undecided[]): Observation[] {
  const [first] = undecided;
  if (first === undefined) return [];
  const message = `${undecided.length} advisories cannot be compared with what is installed, the first ${first.id} with ${first.name}: ${first.reason}`;
  return [
    unknown({
      code: 'not-comparable',
      subject: 'advisories',
      message,
      remedy: 'look at them by hand, and waive what does not apply',
    }),
  ];
}
