import { PolicyError } from './errors.ts';
import { LIMITS } from './limits.ts';

interface Level {
  operators: number;
  selects: number;
  unary: number;
}

const newLevel = (): Level => ({ operators: 0, selects: 0, unary: 0 });

/**
 * Refuses what is too large or too deep before the parser sees it: the parser recurses, and its time on unclosed
 * brackets grows with the square of their number. One pass over the source; strings and comments are skipped.
 */
export function prescan(source: string): void {
  const bytes = Buffer.byteLength(source, 'utf8');
  if (bytes > LIMITS.expressionBytes) {
    throw new PolicyError('too-large', `expression of ${bytes} bytes, allowed are ${LIMITS.expressionBytes}`, source);
  }
  const levels: Level[] = [newLevel()];
  let afterOperand = false;
  for (let i = 0; i < source.length; ) {
    const end = skipText(source, i);
    if (end > i) {
      if (source[i] !== '/') afterOperand = true;
      i = end;
      continue;
    }
    const char = source[i] as string;
    const level = levels[levels.length - 1] as Level;
    if ('([{'.includes(char)) {
      if (char === '[' && afterOperand) level.selects += 1;
      levels.push(newLevel());
      afterOperand = false;
    } else if (')]}'.includes(char)) {
      if (levels.length > 1) levels.pop();
      afterOperand = true;
    } else if (char === ',' || char === '&' || char === '|') {
      // The parser keeps a row of && or || flat, so it does not nest; what stands between them starts anew.
      levels[levels.length - 1] = newLevel();
      afterOperand = false;
    } else if (!afterOperand && (char === '!' || char === '-')) {
      level.unary += 1;
    } else if (char === '.') {
      level.selects += 1;
      afterOperand = false;
    } else if ('+-*/%<>=!?:'.includes(char)) {
      if (char !== ':' && !isSecondHalf(source, i)) level.operators += 1;
      level.selects = 0;
      afterOperand = false;
    } else if (!/\s/.test(char)) {
      level.unary = 0;
      afterOperand = true;
    }
    refuseDeep(source, i, levels.length - 1, level);
    i += 1;
  }
}

function refuseDeep(source: string, offset: number, brackets: number, level: Level): void {
  const counts: readonly [number, string][] = [
    [brackets, 'levels of brackets'],
    [level.unary, 'unary operators in a row'],
    [level.operators, 'operators in a chain'],
    [level.selects, 'selections in a chain'],
  ];
  for (const [count, what] of counts) {
    if (count > LIMITS.depth) throw new PolicyError('too-deep', `more than ${LIMITS.depth} ${what}`, source, offset);
  }
}

function isSecondHalf(source: string, i: number): boolean {
  return source[i] === '=' && '<>=!'.includes(source[i - 1] ?? ' ');
}

/** The end of the string literal or comment that starts at `i`, or `i` when none does. */
function skipText(source: string, i: number): number {
  const char = source[i];
  if (char === '/' && source[i + 1] === '/') {
    const end = source.indexOf('\n', i);
    return end === -1 ? source.length : end;
  }
  if (char === '`') return closing(source, i + 1, '`', true);
  if (char !== '"' && char !== "'") return i;
  const raw = isRawPrefix(source, i);
  const triple = char.repeat(3);
  return source.startsWith(triple, i) ? closing(source, i + 3, triple, raw) : closing(source, i + 1, char, raw);
}

function isRawPrefix(source: string, quote: number): boolean {
  const prefix = /(?:^|[^A-Za-z0-9_])([rRbB]{1,2})$/.exec(source.slice(Math.max(0, quote - 3), quote));
  return prefix !== null && /[rR]/.test(prefix[1] ?? '');
}

function closing(source: string, from: number, quote: string, raw: boolean): number {
  for (let i = from; i < source.length; i += 1) {
    if (source[i] === '\\' && !raw) i += 1;
    else if (source.startsWith(quote, i)) return i + quote.length;
  }
  return source.length;
}
