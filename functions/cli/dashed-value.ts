type Options = Readonly<Record<string, { readonly type?: string | undefined }>>;

/**
 * Joins an option and the negative number after it, so that whoever reads the option says what it allows. Anything else that
 * begins with a dash stays apart: it may be another option, mistyped or not.
 */
export function joinNegativeNumbers(args: readonly string[], options: Options): readonly string[] {
  const joined: string[] = [];
  const end = args.includes('--') ? args.indexOf('--') : args.length;
  for (let at = 0; at < end; at += 1) {
    const [word = '', next = ''] = args.slice(at, at + 2);
    const isJoined = takesValue(word, options) && at + 1 < end && /^-\d/.test(next);
    joined.push(isJoined ? `${word}=${next}` : word);
    if (isJoined) at += 1;
  }
  return [...joined, ...args.slice(end)];
}

/** Why the parser refuses an option that something with a dash follows, in one line; undefined where none is. */
export function refusedDash(args: readonly string[], options: Options): string | undefined {
  const end = args.includes('--') ? args.indexOf('--') : args.length;
  const at = args.findIndex((word, index) => index + 1 < end && takesValue(word, options) && isDashed(args[index + 1]));
  if (at === -1) return undefined;
  const [option, value] = args.slice(at, at + 2);
  return `${option} '${value}': a value is needed, and one that begins with a dash is written ${option}=VALUE`;
}

const takesValue = (word: string, options: Options): boolean =>
  word.startsWith('--') && Object.hasOwn(options, word.slice(2)) && options[word.slice(2)]?.type === 'string';

/** A dash alone is a value: by custom it stands for standard input. */
const isDashed = (word: string | undefined): boolean => word !== undefined && word.length > 1 && word.startsWith('-');

/** What node:util throws where a value begins with a dash; its own words take three lines. */
export const isAboutDash = (error: unknown): boolean =>
  (error as NodeJS.ErrnoException).code === 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE' && /ambiguous/.test(String(error));
