/**
 * About how many instructions a regular expression expands to, counted without compiling it: `(?:x{1000}){9}` is 16
 * characters and nine thousand instructions. Too high rather than too low; malformed patterns get any number, since
 * the compiler refuses them.
 */
export function patternInstructions(source: string): number {
  const groups: number[] = [];
  let total = 1;
  let last = 0;
  for (let i = 0; i < source.length; ) {
    const char = source[i];
    if (char === '(') {
      groups.push(total);
      total = 2;
      last = 0;
      i += 1;
    } else if (char === ')') {
      last = total;
      total += groups.pop() ?? 0;
      i += 1;
    } else if (char === '{') {
      const repeat = /^\{(\d+)(?:,(\d*))?\}/.exec(source.slice(i, i + 16));
      const times = repeat === null ? 1 : Math.max(Number(repeat[1]), Number(repeat[2] ?? 0)) + 1;
      total += last * (times - 1);
      i += repeat === null ? 1 : repeat[0].length;
    } else {
      const end = atomEnd(source, i);
      last = char === '\\' ? end - i : 1;
      total += last;
      i = end;
    }
  }
  return total;
}

function atomEnd(source: string, i: number): number {
  if (source[i] === '\\') {
    if (source[i + 1] !== 'Q') return i + 2;
    const end = source.indexOf('\\E', i);
    return end === -1 ? source.length : end + 2;
  }
  if (source[i] !== '[') return i + 1;
  // A bracket directly after the opening one (or its ^) is a member, and so are escaped ones and [:classes:].
  let j = source[i + 1] === '^' ? i + 3 : i + 2;
  while (j < source.length && source[j] !== ']') j += source[j] === '\\' ? 2 : source.startsWith('[:', j) ? 4 : 1;
  return j + 1;
}
