import { type ParseArgsConfig, parseArgs } from 'node:util';
import { isAboutDash, joinNegativeNumbers, refusedDash } from '../../functions/cli/dashed-value.ts';

/**
 * A command of the proof or a bench that was asked for what it does not know. Without this a mistyped word is taken for no
 * number, nothing is played, and "no violation" comes out.
 */
export class Refusal extends Error {}

/** What `read` gives. Where it is refused: one line on standard error, and the end of the process with code 2. */
export function orRefuse<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    console.error(error.message);
    process.exit(2);
  }
}

export interface Range {
  readonly least: number;
  readonly most: number;
}

export interface Expected extends Range {
  readonly name: string;
  /** Where nothing is given. */
  readonly otherwise: number;
}

/** Seeds are 31 bits wide: fast-check takes them signed. */
export const SEED = { name: 'seed', least: 0, most: 2_000_000_000 } as const;

/** Throws Refusal for all but decimal digits within the range: an empty text, 1e3 and 0x10 are numbers to `Number` alone. */
export function wholeNumber(name: string, text: string, { least, most }: Range): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < least || value > most)
    throw new Refusal(`${name} '${text}': a whole number from ${least} to ${most} is allowed`);
  return value;
}

/** Whole numbers by their place; throws Refusal for a wrong one and for one too many. */
export function wholeNumbers<const E extends readonly Expected[]>(
  words: readonly string[],
  expected: E,
): { readonly [K in keyof E]: number } {
  const surplus = words[expected.length];
  if (surplus !== undefined)
    throw new Refusal(`argument '${surplus}': allowed are ${expected.map(({ name }) => `[${name}]`).join(' ')}`);
  return expected.map((one, place) => {
    const text = words[place];
    return text === undefined ? one.otherwise : wholeNumber(one.name, text, one);
  }) as { [K in keyof E]: number };
}

/** Those of the known that are named, all where none is; throws Refusal for a name that is not known. */
export function namedOf(name: string, words: readonly string[], known: readonly string[]): readonly string[] {
  const stranger = words.find((word) => !known.includes(word));
  if (stranger !== undefined) throw new Refusal(`${name} '${stranger}': allowed are ${known.join(', ')}`);
  return words.length === 0 ? known : known.filter((one) => words.includes(one));
}

/** `parseArgs` without positionals; what it does not know is a Refusal that names every option there is. */
export function parsedOptions<const T extends NonNullable<ParseArgsConfig['options']>>(
  options: T,
  words: readonly string[] = process.argv.slice(2),
) {
  const args = joinNegativeNumbers(words, options);
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    const allowed = Object.entries(options).map(([name, { type }]) => `--${name}${type === 'string' ? ' VALUE' : ''}`);
    const dash = isAboutDash(error) ? refusedDash(args, options) : undefined;
    const reason = dash ?? (error as Error).message.split('\n')[0];
    throw new Refusal(`${reason?.replace(/\.$/, '')}; allowed are ${allowed.join(', ')}`);
  }
}
