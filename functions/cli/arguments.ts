import { parseArgs } from 'node:util';
import { UsageError } from '../../shared/domain/errors.ts';
import { type Instant, isDate, parseInstant } from '../../shared/domain/time.ts';
import { isAboutDash, joinNegativeNumbers, refusedDash } from './dashed-value.ts';

/** Options of a command: what it takes, with the help text that `highnoon help` prints. */
export interface OptionSpec {
  readonly type: 'string' | 'boolean';
  readonly value?: string;
  readonly help: string;
  /** Without it the command does nothing: everywhere, or only where the cloud does not know it by itself. */
  readonly needed?: 'always' | 'local-store';
}

export const COMMON_OPTIONS = {
  config: {
    type: 'string',
    value: 'FILE',
    help: 'the configuration file (default: DIR/herbitrage.yaml, else the sample world)',
  },
  data: { type: 'string', value: 'DIR', help: 'everything local lies there (default: .highnoon)' },
  store: { type: 'string', value: 'local|firestore', help: 'which store (default: local)' },
  json: { type: 'boolean', help: 'one JSON document on standard output' },
  verbose: { type: 'boolean', help: 'structured logs on standard error' },
} as const satisfies Record<string, OptionSpec>;

export interface Arguments {
  readonly positionals: readonly string[];
  readonly options: Readonly<Record<string, string | boolean | undefined>>;
}

/**
 * Parses strictly: an option that the command does not have is a usage error that names what it has, and everything
 * that is missing is told at once, with the synopsis.
 */
export function parseArguments(
  command: string,
  words: readonly string[],
  own: Readonly<Record<string, OptionSpec>>,
  positionals: { least: number; most: number },
  usage = command,
): Arguments {
  const specs: Readonly<Record<string, OptionSpec>> = { ...COMMON_OPTIONS, ...own };
  const options = Object.fromEntries(Object.entries(specs).map(([name, { type }]) => [name, { type }]));
  const args = joinNegativeNumbers(words, options);
  let parsed: { values: Record<string, unknown>; positionals: string[] };
  try {
    parsed = parseArgs({ args: [...args], options, allowPositionals: true, strict: true }) as typeof parsed;
  } catch (error) {
    const known = Object.keys(specs)
      .map((name) => `--${name}`)
      .join(', ');
    const dash = isAboutDash(error) ? refusedDash(args, options) : undefined;
    throw new UsageError(`${command}: ${dash ?? (error as Error).message.split('. To')[0]}; allowed are ${known}`);
  }
  const twice = repeatedOption(args, options);
  if (twice !== undefined)
    throw new UsageError(
      `${command}: --${twice} is given more than once; once is allowed, so that it is clear which is meant`,
    );
  const count = parsed.positionals.length;
  const result = { positionals: parsed.positionals, options: parsed.values as Arguments['options'] };
  const missing = [
    ...positionalNames(command, usage).slice(0, positionals.least).slice(count),
    ...missingOptions(result, specs),
  ];
  if (missing.length > 0) {
    const told = missing.join(', ').replace(/, ([^,]+)$/, ' and $1');
    throw new UsageError(
      `${command}: ${told} ${missing.length === 1 ? 'is' : 'are'} needed: npm run -s highnoon -- ${usage}`,
    );
  }
  if (count > positionals.most)
    throw new UsageError(`${command}: '${parsed.positionals[positionals.most]}' is one argument too many`);
  return result;
}

/** What the synopsis calls the arguments: the words between the command's name and its options. */
export function positionalNames(command: string, usage: string): readonly string[] {
  const [words = ''] = usage.slice(command.length).split(/(?:^|\s)(?:\[|--)/);
  return words.split(' ').filter((word) => word !== '');
}

function missingOptions(args: Arguments, specs: Readonly<Record<string, OptionSpec>>): string[] {
  const isLocal = textOption(args, 'store') !== 'firestore';
  return Object.entries(specs)
    .filter(([, { needed }]) => needed === 'always' || (needed === 'local-store' && isLocal))
    .filter(([name]) => (textOption(args, name) ?? '').trim() === '')
    .map(([name]) => `--${name}`);
}

/** The first option that is named twice: the parser itself would silently take the last. */
function repeatedOption(args: readonly string[], options: Readonly<Record<string, { type: 'string' | 'boolean' }>>) {
  const { tokens } = parseArgs({ args: [...args], options, allowPositionals: true, strict: true, tokens: true });
  const seen = new Set<string>();
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    if (seen.has(token.name)) return token.name;
    seen.add(token.name);
  }
  return undefined;
}

export function textOption({ options }: Arguments, name: string): string | undefined {
  const value = options[name];
  return typeof value === 'string' ? value : undefined;
}

export const flagOption = ({ options }: Arguments, name: string): boolean => options[name] === true;

/** A day looks back and ahead, and beside these years texts no longer compare as times: 9999-12-31 is followed by +010000-01-01. */
const isWithinYears = (text: string): boolean => text >= '0001' && text < '9999';
const YEARS = 'the years 0001 to 9998 are allowed';

export function timeOption(args: Arguments, name: string): Instant | undefined {
  const text = textOption(args, name);
  if (text === undefined) return undefined;
  const at = parseInstant(text);
  if (at === undefined)
    throw new UsageError(`--${name} '${text}': an RFC 3339 time such as 2026-11-24T12:00:00Z is allowed`);
  if (!isWithinYears(at)) throw new UsageError(`--${name} '${text}': ${YEARS}`);
  return at;
}

export function dateOption(args: Arguments, name: string): string | undefined {
  const text = textOption(args, name);
  if (text !== undefined && !isDate(text)) {
    const fault = /^\d{4}-\d{2}-\d{2}$/.test(text) ? 'the calendar has no such day; ' : '';
    throw new UsageError(`--${name} '${text}': ${fault}a date such as 2026-11-24 is allowed`);
  }
  if (text !== undefined && !isWithinYears(text)) throw new UsageError(`--${name} '${text}': ${YEARS}`);
  return text;
}

export function requiredText(args: Arguments, name: string, command: string): string {
  const text = textOption(args, name);
  if (text === undefined || text.trim() === '') throw new UsageError(`${command}: --${name} is needed`);
  return text;
}
