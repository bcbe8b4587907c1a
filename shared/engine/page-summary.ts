import type { PhaseName } from '../domain/catalog.ts';
import type { Ending } from '../domain/ending.ts';
import type { Finding } from '../domain/finding.ts';
import { appendEntry, type LedgerEntry, type LedgerHead, type LedgerLine } from '../domain/ledger.ts';
import type { GuardrailResult } from '../domain/operation.ts';
import type { Override, Waiver } from '../domain/override.ts';
import { receiptText } from '../domain/report/receipt-text.ts';
import type { Checkpoint, RollbackRecord } from '../domain/run.ts';
import { type Instant, plusSeconds } from '../domain/time.ts';
import { badness, type Verdict } from '../domain/verdict.ts';

/**
 * What a page shows beside the day and the lockdown, in one document: it is written with each ending and each act, so
 * that looking costs three reads, however long the history is.
 */
export interface PageSummary {
  /** Rises with every change. */
  readonly version: number;
  /** The settled slots of the last days, oldest first, each with its newest attempt. */
  readonly history: readonly SettledSlot[];
  /** The newest judged attempt of each phase. */
  readonly runs: Readonly<Partial<Record<PhaseName, RunDigest>>>;
  /** The newest result of each guardrail. */
  readonly guardrails: Readonly<Record<string, GuardrailDigest>>;
  /** The newest entries of the ledger that an ending or an act made. */
  readonly tail: readonly LedgerEntry[];
  readonly overrides: readonly Override[];
  readonly waivers: readonly Waiver[];
  /** Waivers of critical guardrails that a second person has yet to complete. */
  readonly proposals: readonly Waiver[];
}

export interface SettledSlot {
  readonly slotId: string;
  readonly phase: PhaseName;
  readonly dueAt: Instant;
  readonly ending: Ending;
  readonly verdict: Verdict | null;
  /** Null when nothing ran. */
  readonly durationMs: number | null;
}

export interface RunDigest {
  readonly slotId: string;
  readonly attempt: number;
  readonly at: Instant;
  readonly ending: Ending;
  readonly verdict: Verdict | null;
  readonly findings: readonly Pick<Finding, 'id' | 'verdict' | 'state' | 'message' | 'remedy'>[];
  /** Findings beyond those kept here; all of them stand in the run. */
  readonly moreFindings: number;
  readonly operations: readonly OperationDigest[];
  readonly rollback: Pick<RollbackRecord, 'outcome' | 'cause'> | null;
}

export interface OperationDigest {
  readonly name: string;
  readonly verdict: Verdict;
  readonly durationMs: number;
  readonly receipts: number;
  readonly evidence: readonly {
    readonly subject: string;
    readonly request: string;
    readonly at: Instant;
    readonly said: string;
  }[];
}

export interface GuardrailDigest extends Omit<GuardrailResult, 'guardrail'> {
  readonly slotId: string;
}

export const EMPTY_PAGE: PageSummary = {
  version: 0,
  history: [],
  runs: {},
  guardrails: {},
  tail: [],
  overrides: [],
  waivers: [],
  proposals: [],
};

export const PAGE_PATH = 'summaries/page';

const HISTORY_DAYS = 31;
const FINDINGS = 10;
const RECEIPTS_PER_OPERATION = 2;
const TAIL = 12;
const TEXT = 220;

/** What an ending adds. */
export interface EndingForPage {
  readonly phase: PhaseName;
  readonly slot: SettledSlot;
  readonly attempt: number;
  readonly at: Instant;
  readonly checkpoints: readonly Checkpoint[];
  readonly rollback: RollbackRecord | null;
  readonly guardrails: readonly GuardrailResult[];
}

export function pageAfterEnding(
  page: PageSummary,
  ending: EndingForPage,
  entries: readonly LedgerEntry[],
): PageSummary {
  const oldest = plusSeconds(ending.at, -HISTORY_DAYS * 86_400);
  const others = page.history.filter(({ slotId, dueAt }) => slotId !== ending.slot.slotId && dueAt >= oldest);
  const guardrails = { ...page.guardrails };
  for (const { guardrail, result, severity } of ending.guardrails)
    guardrails[guardrail] = { result, severity, slotId: ending.slot.slotId };
  const known = page.runs[ending.phase];
  // A slot that is closed late must not hide the newer one that ran meanwhile.
  const isNewest = known === undefined || known.slotId <= ending.slot.slotId;
  return {
    ...page,
    version: page.version + 1,
    history: [...others, ending.slot].sort((a, b) => order(a.dueAt, b.dueAt) || order(a.phase, b.phase)),
    runs: isNewest ? { ...page.runs, [ending.phase]: runDigest(ending) } : page.runs,
    guardrails,
    tail: withTail(page.tail, entries),
  };
}

/** What an act adds: its lines, and the exceptions when it changed them. */
export function pageAfterAct(
  page: PageSummary,
  entries: readonly LedgerEntry[],
  changed: {
    readonly overrides?: readonly Override[] | undefined;
    readonly waivers?: readonly Waiver[] | undefined;
    readonly proposals?: readonly Waiver[] | undefined;
  },
): PageSummary {
  return {
    ...page,
    version: page.version + 1,
    tail: withTail(page.tail, entries),
    overrides: changed.overrides ?? page.overrides,
    waivers: changed.waivers ?? page.waivers,
    proposals: changed.proposals ?? page.proposals,
  };
}

/** The entries that these lines become after this head. */
export function entriesOf(head: LedgerHead, lines: readonly LedgerLine[], at: Instant): LedgerEntry[] {
  const entries: LedgerEntry[] = [];
  let current = head;
  for (const line of lines) {
    const appended = appendEntry(current, line, at);
    entries.push(appended.entry);
    current = appended.head;
  }
  return entries;
}

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const withTail = (tail: readonly LedgerEntry[], entries: readonly LedgerEntry[]): LedgerEntry[] =>
  [...tail, ...entries].slice(-TAIL);

function runDigest({ slot, attempt, at, checkpoints, rollback }: EndingForPage): RunDigest {
  const said = checkpoints
    .flatMap(({ findings }) => findings)
    .filter((finding) => finding.verdict !== 'passed' || finding.state === 'noted')
    .sort((a, b) => badness(b.verdict) - badness(a.verdict));
  return {
    slotId: slot.slotId,
    attempt,
    at,
    ending: slot.ending,
    verdict: slot.verdict,
    findings: said.slice(0, FINDINGS).map(({ id, verdict, state, message, remedy }) => ({
      id: clip(id),
      verdict,
      state,
      message: clip(message),
      remedy: clip(remedy),
    })),
    moreFindings: Math.max(0, said.length - FINDINGS),
    operations: checkpoints.map(operationDigest),
    rollback: rollback === null ? null : { outcome: rollback.outcome, cause: clip(rollback.cause) },
  };
}

function operationDigest({ operation, verdict, durationMs, evidence }: Checkpoint): OperationDigest {
  return {
    name: operation,
    verdict,
    durationMs,
    receipts: evidence.length,
    evidence: evidence.slice(0, RECEIPTS_PER_OPERATION).map(({ subject, request, observedAt, value, digest }) => ({
      subject: clip(subject, 80),
      request: clip(request, 120),
      at: observedAt,
      said: digest === undefined ? receiptText(value, 80).text : clip(digest, 80),
    })),
  };
}

const clip = (text: string, most = TEXT): string => (text.length > most ? `${text.slice(0, most - 1)}…` : text);
