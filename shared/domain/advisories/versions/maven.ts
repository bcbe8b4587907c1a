import { compareDigits, compareText, isDigits, type VersionOrder } from './order.ts';

/** Maven: https://maven.apache.org/pom.html#version-order-specification */
export interface MavenToken {
  readonly prefix: '' | '.' | '-';
  readonly value: string;
}

const QUALIFIERS: readonly string[] = ['alpha', 'beta', 'milestone', 'rc', 'snapshot', '', 'sp'];
const NULLS: ReadonlySet<string> = new Set(['', '0', 'final', 'ga', 'release']);
/** One letter stands for the word only when a number follows at once: 1-a1 is an alpha, 1-a is not. */
const LETTERS: ReadonlyMap<string, string> = new Map([
  ['a', 'alpha'],
  ['b', 'beta'],
  ['m', 'milestone'],
]);

export const mavenOrder: VersionOrder<readonly MavenToken[]> = {
  name: 'Maven',
  equality: 'text',
  key: (version) => (version.trim() === '' ? undefined : withoutNulls(tokensOf(version.trim().toLowerCase()))),
  compare(a, b) {
    const length = Math.max(a.length, b.length);
    for (let index = 0; index < length; index += 1) {
      const left = a[index] ?? paddingFor(b[index] as MavenToken);
      const right = b[index] ?? paddingFor(a[index] as MavenToken);
      const difference = compareToken(left, right);
      if (difference !== 0) return difference;
    }
    return 0;
  },
};

function tokensOf(version: string): MavenToken[] {
  const tokens: MavenToken[] = [];
  let prefix: MavenToken['prefix'] = '';
  let start = 0;
  const end = (index: number, next: MavenToken['prefix'], digitFollows: boolean) => {
    const raw = version.slice(start, index);
    tokens.push({ prefix, value: meaningOf(raw, digitFollows) });
    prefix = next;
  };
  for (let index = 0; index < version.length; index += 1) {
    const character = version[index] as string;
    if (character === '.' || character === '-') {
      end(index, character === '.' ? '.' : '-', false);
      start = index + 1;
    } else if (index > start && isDigits(character) !== isDigits(version[index - 1] as string)) {
      end(index, '-', isDigits(character));
      start = index;
    }
  }
  end(version.length, '', false);
  return tokens;
}

function meaningOf(raw: string, digitFollows: boolean): string {
  if (raw === '') return '0';
  if (isDigits(raw)) return raw.replace(/^0+(?=\d)/, '');
  if (raw === 'cr') return 'rc';
  return (digitFollows ? LETTERS.get(raw) : undefined) ?? raw;
}

/** Drops null values from the end, and from before each hyphen that is left: 1.0.0-foo.0 = 1-foo. */
function withoutNulls(tokens: readonly MavenToken[]): MavenToken[] {
  const kept: MavenToken[] = [];
  let mayDrop = true;
  for (let index = tokens.length - 1; index >= 0; index -= 1) {
    const token = tokens[index] as MavenToken;
    if (mayDrop && index > 0 && NULLS.has(token.value)) continue;
    kept.push(token);
    mayDrop = token.prefix === '-';
  }
  return kept.reverse();
}

function paddingFor(other: MavenToken): MavenToken {
  return other.prefix === '.' && isDigits(other.value)
    ? { prefix: '.', value: '0' }
    : { prefix: other.prefix, value: '' };
}

function compareToken(a: MavenToken, b: MavenToken): number {
  const kind = kindOf(a) - kindOf(b);
  if (kind !== 0) return kind;
  if (isDigits(a.value)) return compareDigits(a.value, b.value);
  return compareQualifier(a.value, b.value);
}

/** .qualifier < -qualifier < -number < .number */
function kindOf(token: MavenToken): number {
  if (isDigits(token.value)) return token.prefix === '-' ? 2 : 3;
  return token.prefix === '-' ? 1 : 0;
}

function compareQualifier(a: string, b: string): number {
  return rankOf(a) - rankOf(b) || (rankOf(a) === QUALIFIERS.length ? compareText(a, b) : 0);
}

function rankOf(qualifier: string): number {
  const rank = QUALIFIERS.indexOf(NULLS.has(qualifier) ? '' : qualifier);
  return rank < 0 ? QUALIFIERS.length : rank;
}
