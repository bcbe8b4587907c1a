import type { Override, Waiver } from '../override.ts';
import { type Instant, plusSeconds } from '../time.ts';

export type GuardrailState = 'passed' | 'waived' | 'shadow' | 'inconclusive' | 'failed';

/** What one audit found, by guardrail. */
export interface Audit {
  readonly date: string;
  readonly results: Readonly<Record<string, GuardrailState>>;
}

const STATES: readonly GuardrailState[] = ['passed', 'shadow', 'waived', 'inconclusive', 'failed'];
const badness = (state: GuardrailState): number => STATES.indexOf(state);
export const isGuardrailState = (text: unknown): text is GuardrailState => STATES.includes(text as GuardrailState);

export interface Change {
  readonly guardrail: string;
  readonly from: GuardrailState | null;
  readonly to: GuardrailState | null;
  readonly turn: 'worse' | 'better' | 'new' | 'gone';
}

export interface Drift {
  readonly before: string;
  readonly after: string;
  readonly changes: readonly Change[];
  /** Guardrails that changed their result this often within the week. */
  readonly flapping: readonly { readonly guardrail: string; readonly changes: number }[];
}

/** More turns than that in a week: whatever the rule watches is not under control, or the rule is wrong. */
const FLAPS = 3;

/**
 * What changed between the newest audit and the newest one that is a week older, or the oldest there is. Undefined with
 * fewer than two audits: nothing can be compared.
 */
export function driftOf(audits: readonly Audit[], weekAgo: string): Drift | undefined {
  const after = audits.at(-1);
  const before = audits.findLast(({ date }) => date <= weekAgo) ?? audits[0];
  if (after === undefined || before === undefined || before === after) return undefined;
  const guardrails = [...new Set([...Object.keys(before.results), ...Object.keys(after.results)])].sort();
  const changes = guardrails.flatMap((guardrail): Change[] => {
    const from = before.results[guardrail] ?? null;
    const to = after.results[guardrail] ?? null;
    if (from === to) return [];
    const turn = from === null ? 'new' : to === null ? 'gone' : badness(to) > badness(from) ? 'worse' : 'better';
    return [{ guardrail, from, to, turn }];
  });
  const week = audits.slice(audits.indexOf(before));
  const flapping = guardrails.flatMap((guardrail) => {
    const states = week.flatMap(({ results }) => results[guardrail] ?? []);
    const count = states.filter((state, index) => index > 0 && state !== states[index - 1]).length;
    return count >= FLAPS ? [{ guardrail, changes: count }] : [];
  });
  return { before: before.date, after: after.date, changes, flapping };
}

export interface Exceptions {
  readonly opened: readonly Waiver[];
  readonly expired: readonly Waiver[];
  /** Still in force, and for no more than another week. */
  readonly ending: readonly Waiver[];
  readonly openOverrides: readonly Override[];
}

export function exceptionsOf(
  waivers: readonly Waiver[],
  overrides: readonly Override[],
  { from, to }: { readonly from: Instant; readonly to: Instant },
): Exceptions {
  const soon = plusSeconds(to, 7 * 86_400);
  return {
    opened: waivers.filter(({ at }) => at >= from && at < to),
    expired: waivers.filter(({ until }) => until >= from && until <= to),
    ending: waivers.filter(({ until }) => until > to && until <= soon),
    openOverrides: overrides.filter(({ until }) => until > to),
  };
}
