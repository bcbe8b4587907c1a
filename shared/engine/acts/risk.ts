import { WAIVER_MAX_SECONDS, type Waiver } from '../../domain/override.ts';
import type { RiskAct } from '../../domain/risk/register.ts';
import { ADVISORY_RULE } from '../../domain/risk/vulnerabilities.ts';
import { dateOf, type Instant, isDate, plusSeconds } from '../../domain/time.ts';
import type { Engine } from '../engine.ts';
import { paths, type WaiversRecord } from '../records.ts';
import { currentRegister, RISK_ACTS_PATH, type RiskActs } from '../risk-register.ts';
import { type ActAnswer, type Actor, act } from './act.ts';

export interface RiskRequest {
  readonly riskId: string;
  readonly reason: string;
}

/** Names who takes a risk on, and until when; what is left out stays as it was. */
export async function assignRisk(
  engine: Engine,
  who: Actor,
  request: RiskRequest & { readonly owner?: string | undefined; readonly dueDate?: string | undefined },
): Promise<ActAnswer> {
  const { owner, dueDate } = request;
  if (owner === undefined && dueDate === undefined)
    return { ok: false, why: 'an owner or a date is needed: what is to change?' };
  if (dueDate !== undefined && !isDate(dueDate))
    return { ok: false, why: `'${dueDate}' is no date such as 2026-12-31` };
  const change = { ...(owner === undefined ? {} : { owner }), ...(dueDate === undefined ? {} : { dueDate }) };
  return onRisk(
    engine,
    who,
    request,
    'risk-assigned',
    () => change,
    `${owner ?? 'the owner'} has it until ${dueDate ?? 'the date it had'}`,
  );
}

/** Closes a risk by a person's word; the next review that finds it again opens it again. */
export function closeRisk(engine: Engine, who: Actor, request: RiskRequest): Promise<ActAnswer> {
  const closed = (at: Instant): RiskAct => ({ closed: { by: who.name, at, reason: request.reason } });
  return onRisk(engine, who, request, 'risk-closed', closed, 'closed; a review that finds it again opens it again');
}

async function onRisk(
  engine: Engine,
  who: Actor,
  { riskId, reason }: RiskRequest,
  kind: string,
  change: (at: Instant) => RiskAct,
  message: string,
): Promise<ActAnswer> {
  const register = await currentRegister(engine);
  const risk = register?.risks.find(({ id }) => id === riskId);
  if (risk === undefined) return { ok: false, why: `'${riskId}' is in no register; see: highnoon risks` };
  if (risk.status === 'closed') return { ok: false, why: `${riskId} is closed already` };
  return act(engine, who, reason, dateOf(engine.clock.now()), async ({ at, transaction }) => {
    const stored = await transaction.get<RiskActs>(RISK_ACTS_PATH);
    const own = change(at);
    const acts = { ...stored?.acts, [riskId]: { ...stored?.acts[riskId], ...own } };
    return {
      writes: [{ path: RISK_ACTS_PATH, data: { acts } satisfies RiskActs }],
      lines: [{ kind, subject: riskId, actor: who.name, detail: { reason, ...own, closed: own.closed !== undefined } }],
      message: `${riskId}: ${message}`,
    };
  });
}

/** A dated exception for one advisory, under any of its names. */
export function waiveAdvisory(
  engine: Engine,
  who: Actor,
  { advisory, until, reason }: { readonly advisory: string; readonly until: Instant; readonly reason: string },
): Promise<ActAnswer> {
  return act(engine, who, reason, dateOf(engine.clock.now()), async ({ at, transaction }) => {
    if (!/^[A-Za-z]+-[A-Za-z0-9-]+$/.test(advisory))
      return `'${advisory}' is no id of an advisory such as CVE-2026-1 or GHSA-xxxx-xxxx-xxxx`;
    if (until <= at) return `until ${until} is in the past`;
    if (until > plusSeconds(at, WAIVER_MAX_SECONDS))
      return `a waiver holds for at most ${WAIVER_MAX_SECONDS / 86_400} days`;
    const stored = await transaction.get<WaiversRecord>(paths.waivers);
    const waiver: Waiver = {
      id: `waiver-${at}-${advisory}`,
      guardrail: ADVISORY_RULE,
      records: [advisory],
      owner: who.name,
      approvers: [who.name],
      reason,
      at,
      until,
    };
    const data: WaiversRecord = { items: [...(stored?.items ?? []), waiver], proposals: stored?.proposals ?? [] };
    const detail = { guardrail: ADVISORY_RULE, records: [advisory], until, approvers: [who.name], reason };
    return {
      writes: [{ path: paths.waivers, data }],
      lines: [{ kind: 'waiver-granted', subject: waiver.id, actor: who.name, detail }],
      message: `${advisory} is waived until ${until}`,
      detail: { waiver: waiver.id },
    };
  });
}

/** A person's word that a restore of a backup was tried and worked. */
export function recordRestoreTest(
  engine: Engine,
  who: Actor,
  {
    backup,
    seconds,
    reason,
  }: { readonly backup: string; readonly seconds: number | undefined; readonly reason: string },
): Promise<ActAnswer> {
  const known = engine.configuration.weekly.backups.map(({ name }) => name);
  if (!known.includes(backup))
    return Promise.resolve({
      ok: false,
      why: `'${backup}' is no configured backup; known are ${known.join(', ') || 'none'}`,
    });
  return act(engine, who, reason, dateOf(engine.clock.now()), () => ({
    writes: [],
    lines: [
      {
        kind: 'restore-tested',
        subject: backup,
        actor: who.name,
        detail: { reason, ...(seconds === undefined ? {} : { durationSeconds: seconds }) },
      },
    ],
    message: `a restore of ${backup} was proven`,
  }));
}
