import type { Guardrail } from '../../domain/configuration/index.ts';
import { parseSource } from '../../domain/configuration/index.ts';
import type { Evidence } from '../../domain/finding.ts';
import {
  type Fields,
  isAsking,
  type Judge,
  judgesOf,
  momentsRead,
  type PartnerIndex,
  partnerNeedOf,
  type Setting,
} from '../../domain/guardrails/index.ts';
import { PolicyError } from '../../domain/policy/index.ts';
import { mapLimited } from '../support/map-limited.ts';
import { addressJudge } from './ask-addresses.ts';
import { type Case, identifyIn, sourceOf } from './cases.ts';
import type { ComplianceContext } from './compliance-context.ts';
import { emptyGap } from './gaps.ts';
import { readEvidence } from './read-evidence.ts';
import { readPages } from './read-pages.ts';
import { isLive, SecondLook } from './second-look.ts';

/** Evidence that is read at a time; each is streamed, so this bounds connections and memory. */
const READ_AT_ONCE = 4;

/** A judge at work for one guardrail. */
interface Part {
  readonly one: Case;
  readonly judge: Judge;
  /** Pages that it is about; undefined for records that are no pages. */
  readonly routes: readonly string[] | undefined;
  readonly secondLook: SecondLook | undefined;
  readonly hasCondition: boolean;
  checked: number;
}

/** Streams every evidence once, past all judges that go over it. */
export async function judgeEvidence(
  context: ComplianceContext,
  cases: readonly Case[],
  indexes: ReadonlyMap<string, PartnerIndex>,
): Promise<readonly Evidence[]> {
  const setting = settingOf(context, indexes);
  const beside = cases.map(({ guardrail }) => guardrail);
  const parts = cases.flatMap((one) => partsOf(context, one, setting, beside, indexes));
  const names = [...new Set(parts.map(({ judge }) => judge.evidence))];
  const receipts = await mapLimited(names, READ_AT_ONCE, (name) =>
    judgeOne(
      context,
      name,
      parts.filter(({ judge }) => judge.evidence === name),
    ),
  );
  return receipts.flat();
}

function settingOf(context: ComplianceContext, indexes: ReadonlyMap<string, PartnerIndex>): Setting {
  const { evidence, deployment } = context.configuration;
  return {
    evidence,
    storeTimezone: deployment.store_timezone,
    now: context.now(),
    partners: (guardrail) => indexes.get(guardrail) ?? { find: () => [] },
  };
}

function partsOf(
  context: ComplianceContext,
  one: Case,
  setting: Setting,
  beside: readonly Guardrail[],
  indexes: ReadonlyMap<string, PartnerIndex>,
): Part[] {
  const { guardrail } = one;
  try {
    if (guardrail.check === 'http_denies_forged') return [];
    const need = partnerNeedOf(guardrail, (name) => sourceOf(context, name)?.alias ?? name);
    const index = indexes.get(guardrail.id);
    // Its gap was told when the index could not be made; without an index every record would seem to have no partner.
    if (need !== undefined && index === undefined) return [];
    const judges = isAsking(guardrail) ? [addressJudge(context, one)] : judgesOf(guardrail, setting, beside);
    const isGrowing = need !== undefined && isLive(sourceOf(context, need.evidence)?.source_uri ?? '');
    const secondLook = isGrowing && index !== undefined ? new SecondLook(guardrail, need.evidence, index) : undefined;
    const hasCondition = 'expr' in guardrail && guardrail.expr !== undefined;
    const about = { one, secondLook, hasCondition, checked: 0 };
    return judges.map((judge) => ({ ...about, judge, routes: routesOf(context, guardrail, judge) }));
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    const remedy = 'correct the condition; `config check` says what is allowed';
    one.gaps.push({ code: 'invalid-condition', message: `its condition is wrong: ${error.message}`, remedy });
    return [];
  }
}

function routesOf(context: ComplianceContext, guardrail: Guardrail, judge: Judge): readonly string[] | undefined {
  const source = sourceOf(context, judge.evidence);
  if (source === undefined || !isSite(source.source_uri)) return undefined;
  return 'routes' in guardrail && guardrail.routes !== undefined ? guardrail.routes : source.routes;
}

export function isSite(uri: string): boolean {
  const source = parseSource(uri);
  return typeof source !== 'string' && (source.system === 'https' || source.system === 'sample');
}

async function judgeOne(context: ComplianceContext, name: string, parts: readonly Part[]): Promise<Evidence[]> {
  const source = sourceOf(context, name);
  if (source === undefined) return [];
  const identify = identifyIn(context, name);
  const judge = (part: Part, record: Fields, position: number) => {
    const decision = part.judge.decide(record);
    if (decision === 'skips') return;
    part.checked += 1;
    part.one.tally.count(decision, record, position, identify);
  };
  const take = (record: Fields, position: number, timed: Fields) => {
    for (const part of parts) {
      if (part.routes !== undefined && !part.routes.includes(record.route as string)) continue;
      const given = part.hasCondition ? timed : record;
      if (part.secondLook?.keeps(given, position) !== true) judge(part, given, position);
    }
  };
  if (isSite(source.source_uri)) {
    const routes = [...new Set(parts.flatMap((part) => part.routes ?? []))];
    const reading = await readPages(context, name, source, routes, take);
    for (const part of parts) {
      const gaps = (part.routes ?? []).flatMap((route) => reading.gaps.get(route) ?? []);
      part.one.digests.set(name, reading.digest);
      conclude(part, name, gaps);
    }
    return reading.receipt === undefined ? [] : [reading.receipt];
  }
  const rules = parts.map(({ one }) => one.guardrail);
  const reading = await readEvidence(context, name, source, take, { moments: momentsRead(rules, name, source) });
  for (const part of parts) {
    const awaited = (await part.secondLook?.settle(context)) ?? [];
    for (const { record, position } of awaited) judge(part, record, position);
    if (reading.kind === 'whole') part.one.digests.set(name, reading.digest);
    conclude(part, name, reading.kind === 'whole' ? [] : [reading.gap], reading.records);
  }
  return reading.kind === 'whole' ? [reading.receipt] : [];
}

/** After the last record: whether what was seen is enough to tell. */
function conclude(part: Part, name: string, gaps: Case['gaps'], records?: number): void {
  const { one, judge } = part;
  one.gaps.push(...gaps);
  if (gaps.length > 0) return;
  if (part.checked === 0) {
    if (!one.guardrail.allow_empty) one.gaps.push(emptyGap(name, records === 0 ? undefined : judge.nothing));
    return;
  }
  const shortfall = judge.shortfall?.();
  if (shortfall === undefined) return;
  one.gaps.push({
    code: 'too-few-samples',
    message: shortfall,
    remedy: 'wait for more samples, or find out why there are so few',
  });
}
