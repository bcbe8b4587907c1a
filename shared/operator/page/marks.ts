import { type Ending, isGood } from '../../domain/ending.ts';
import { unreachable } from '../../domain/errors.ts';
import type { SlotSummary } from '../../domain/run.ts';
import type { Verdict } from '../../domain/verdict.ts';
import { type Html, html } from './html.ts';

/** How something stands, as a sign, a word and a colour: never by colour alone. */
export type Tone = 'good' | 'warn' | 'unknown' | 'bad' | 'idle';

const SIGNS: Record<Tone, string> = { good: '✔', warn: '!', unknown: '?', bad: '✘', idle: '·' };

export const sign = (tone: Tone): Html => html`<span class="sign ${tone}" aria-hidden="true">${SIGNS[tone]}</span>`;

export function toneOfVerdict(verdict: Verdict | null): Tone {
  if (verdict === null) return 'idle';
  switch (verdict) {
    case 'passed':
      return 'good';
    case 'degraded':
      return 'warn';
    case 'inconclusive':
      return 'unknown';
    case 'failed':
    case 'violated':
      return 'bad';
    default:
      return unreachable(verdict, 'verdict');
  }
}

export function toneOfEnding(ending: Ending | null): Tone {
  if (ending === null) return 'idle';
  if (isGood(ending)) return ending === 'passed' ? 'good' : 'warn';
  return ending === 'inconclusive' ? 'unknown' : 'bad';
}

export const toneOfSlot = (slot: Pick<SlotSummary, 'ending'> | undefined): Tone => toneOfEnding(slot?.ending ?? null);
