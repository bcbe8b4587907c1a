import { RE2Set } from 're2js';
import { Fault } from './errors.ts';
import type { Frame } from './frame.ts';
import { LIMITS } from './limits.ts';
import { patternInstructions } from './pattern-size.ts';

/**
 * Regular expressions of RE2 (no backtracking). Time is linear in text x instructions, but the constant is large where
 * a pattern has very many states: 10-25 ns measured. So the product is paid for before matching, and the table of
 * states is kept small: with RE2JS's own 8 MiB it spends up to 200 ns a unit on building states it never sees again.
 */
const STATE_TABLE_BYTES = 32_768;
/** Text units x instructions that one step pays for: a million steps take about 50 ms at most. */
const UNITS_PER_STEP = 2;
/** Compiling: 15 us a unit measured, and 200 us for each class of Unicode letters or scripts. */
const STEPS_PER_PATTERN_UNIT = 100;
const STEPS_PER_UNICODE_CLASS = 3_000;
/** Patterns can come from documents, so what is kept is bounded. */
const PATTERNS_KEPT = 256;

export interface Pattern {
  readonly set: RE2Set;
  readonly instructions: number;
}

const kept = new Map<string, Pattern>();

/**
 * Whether a text contains a match. Compiling is paid for even when the pattern is kept from an earlier call, so that
 * the same call takes the same steps whatever ran before it.
 */
export function matches(text: string, pattern: string, frame: Frame, at: number): boolean | Fault {
  frame.spend(compileSteps(pattern));
  const compiled = compilePattern(pattern, at);
  return compiled instanceof Fault ? compiled : matchesCompiled(text, compiled, frame);
}

export function matchesCompiled(text: string, pattern: Pattern, frame: Frame): boolean {
  frame.spend(Math.ceil((text.length * pattern.instructions) / UNITS_PER_STEP));
  return pattern.set.match(text).length > 0;
}

export function compileSteps(source: string): number {
  const unicodeClasses = source.match(/\\[pP]/g)?.length ?? 0;
  return source.length * STEPS_PER_PATTERN_UNIT + unicodeClasses * STEPS_PER_UNICODE_CLASS;
}

export function compilePattern(source: string, at: number): Pattern | Fault {
  const known = kept.get(source);
  if (known !== undefined) return known;
  if (source.length > LIMITS.patternLength) {
    return new Fault('bad-regex', `a regular expression longer than ${LIMITS.patternLength}`, at);
  }
  if (patternInstructions(source) > LIMITS.patternInstructions) {
    return new Fault('bad-regex', `a regular expression of more than ${LIMITS.patternInstructions} instructions`, at);
  }
  try {
    const set = new RE2Set(RE2Set.UNANCHORED, 0, STATE_TABLE_BYTES);
    set.add(source);
    set.compile();
    const pattern = { set, instructions: set.prog.numInst() };
    if (kept.size >= PATTERNS_KEPT) kept.clear();
    kept.set(source, pattern);
    return pattern;
  } catch {
    return new Fault('bad-regex', 'not a regular expression of RE2', at);
  }
}
