/**
 * The words of the schema: every leaf of a configuration is one of these. Each carries the sentence that says what is
 * allowed, once, for the mistakes and for docs/configuration.md.
 */
import { z } from 'zod';
import { CRON_ALLOWED, cronMistake } from './cron-rules.ts';
import { PROTOTYPE_NAMES } from './reserved-names.ts';

/** A string with its rule in words. `rule` answers what is wrong, or undefined. */
export function text(allowed: string, rule: (value: string) => string | undefined) {
  return z
    .string()
    .superRefine((value, context) => {
      const wrong = rule(value);
      if (wrong !== undefined) context.addIssue({ code: 'custom', message: wrong });
    })
    .meta({ allowed });
}

function matching(pattern: RegExp, allowed: string, wrong = 'is not written as it must be') {
  return text(allowed, (value) => (pattern.test(value) ? undefined : wrong));
}

/** Names become parts of document paths, object keys and labels. */
export const name = text('a name: a letter, then letters, digits, `_`, `-` and single dots, at most 63', (value) => {
  if (PROTOTYPE_NAMES.has(value)) return 'is a name that every object has';
  return /^[A-Za-z](?:[A-Za-z0-9_-]|\.(?=[A-Za-z0-9_-])){0,62}$/.test(value) ? undefined : 'is not a name';
});

/** A field of a record: it is also an identifier in conditions. */
export const fieldName = text(
  'a field name: a letter or `_`, then letters, digits and `_`, at most 63, not `__x__`',
  (value) => {
    if (PROTOTYPE_NAMES.has(value)) return 'is a name that every object has';
    if (/^__.*__$/.test(value)) return 'is a reserved name';
    return /^[A-Za-z_][A-Za-z0-9_]{0,62}$/.test(value) ? undefined : 'is not a field name';
  },
);

export const fieldList = (least = 1) => list(fieldName, { least, distinct: true });

/** One line for people. */
export const line = text('one line of text, 1 to 200 characters', (value) => {
  if (value.trim() === '') return 'is empty';
  return value.length <= 200 && !/[\n\t]/.test(value) ? undefined : 'is longer than a line';
});

/** Text that a page or answer must contain; line ends are kept. */
export const passage = text('text, 1 to 2000 characters', (value) =>
  value.trim() === '' ? 'is empty' : value.length <= 2000 ? undefined : 'is too long',
);

export const glob = text('a relative path pattern with `*`, `**`, `?`, no `..`', (value) =>
  relativePath(value, 'pattern'),
);
export const filePath = text('a relative path inside a repository, no `..`', (value) =>
  /[*?[\]{}]/.test(value) ? 'is a pattern, not a path' : relativePath(value, 'path'),
);

function relativePath(value: string, what: string): string | undefined {
  if (value === '' || value.length > 512) return 'is empty or too long';
  if (value.startsWith('/') || value.includes('\\') || /[\n\t]/.test(value))
    return `is not a relative ${what} with forward slashes`;
  return value.split('/').some((part) => part === '' || part === '.' || part === '..')
    ? 'has an empty, `.` or `..` part'
    : undefined;
}

/** The path part of a page of a site. */
export const route = text('a path that begins with one `/`, without query, at most 512 characters', (value) =>
  /^\/(?!\/)[A-Za-z0-9._~!$&'()*+,;=:@%/-]{0,511}$/.test(value) && !value.split('/').includes('..')
    ? undefined
    : 'is not a path of a site',
);

export const email = matching(
  /^[A-Za-z0-9](?:[A-Za-z0-9._+-]{0,62}[A-Za-z0-9_+-])?@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]{0,61}$/,
  'an e-mail address, lower or upper case',
);

/** `env:` holds in the local runtime only; parse.ts refuses it elsewhere. */
export const SECRET_REFERENCE =
  /^(?:secret:\/\/[A-Za-z][A-Za-z0-9_-]{0,254}|projects\/[a-z0-9][a-z0-9-]{0,29}\/secrets\/[A-Za-z0-9_-]{1,255}\/versions\/(?:latest|[1-9][0-9]{0,9})|env:[A-Za-z_][A-Za-z0-9_]{0,127})$/;
export const SECRET_ALLOWED =
  'a reference: `secret://NAME`, `projects/P/secrets/S/versions/V`, or (only in the local runtime) `env:NAME`';
export const secretReference = matching(SECRET_REFERENCE, SECRET_ALLOWED, 'is not a reference to a secret');

export const cron = text(CRON_ALLOWED, cronMistake);

export const timeZone = text('an IANA time zone such as `America/Chicago` or `UTC`', (value) => {
  // Offsets such as `+05:00` are no zones: they know no daylight saving.
  if (!/^[A-Za-z][A-Za-z0-9_+-]*(?:\/[A-Za-z0-9_+-]+){0,2}$/.test(value) || value.length > 64)
    return 'is not a time zone';
  try {
    new Intl.DateTimeFormat('en', { timeZone: value });
    return undefined;
  } catch {
    return 'is not a known time zone';
  }
});

const BRANCH = /^(?!.*(?:\.\.|\/\/|@\{|\.lock(?:\/|$)|\/\.|\.$|\/$))[A-Za-z0-9_][A-Za-z0-9._/@+-]{0,199}$/;
export const branch = matching(BRANCH, 'the name of a branch, as git allows it', 'is not a branch name');
export const branchRef = text('a full ref: `refs/heads/` and the name of a branch', (value) =>
  value.startsWith('refs/heads/') && BRANCH.test(value.slice(11)) ? undefined : 'is not the ref of a branch',
);

export function word<const Words extends readonly [string, ...string[]]>(words: Words) {
  return z.enum(words).meta({ allowed: orList(words) });
}

export function whole(low: number, high: number, unit = '') {
  return z
    .int()
    .min(low)
    .max(high)
    .meta({ allowed: `a whole number${unit && ` of ${unit}`}, ${low} to ${high}` });
}

export function amount(low: number, high: number, unit = '') {
  return z
    .number()
    .min(low)
    .max(high)
    .meta({ allowed: `a number${unit && ` of ${unit}`}, ${low} to ${high}` });
}

/** Hours: at most ten years, so that a misplaced digit does not mean "never". */
export const hours = () => amount(0.1, 87_600, 'hours');
export const days = (high = 36_500) => whole(1, high, 'days');
export const percent = () => amount(0, 100, 'percent');
export const flag = () => z.boolean().meta({ allowed: '`true` or `false`' });
export const httpStatus = () => whole(100, 599);

/** One status or several. */
export const statuses = () => z.union([httpStatus(), list(httpStatus(), { distinct: true })]);

export function list<Item extends z.ZodType>(
  item: Item,
  rule: { least?: number; most?: number; distinct?: boolean } = {},
) {
  const { least = 1, most = 1000, distinct = false } = rule;
  return z
    .array(item)
    .min(least)
    .max(most)
    .superRefine((values, context) => {
      if (!distinct) return;
      const seen = new Set<unknown>();
      for (const [index, value] of values.entries()) {
        if (seen.has(value))
          context.addIssue({
            code: 'custom',
            path: [index],
            message: 'stands here a second time',
            params: { allowed: 'each value once' },
          });
        seen.add(value);
      }
    });
}

const scalar = z
  .union([z.string().max(2000), z.number(), z.boolean(), z.null()])
  .meta({ allowed: 'text, a number, `true`, `false` or `null`' });
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
/** A value that an answer or setting is compared with, part by part. */
export const jsonValue: z.ZodType<Json> = z
  .lazy(() => z.union([scalar, z.array(jsonValue).max(100), z.record(z.string(), jsonValue)]))
  .meta({ allowed: 'any plain value: text, number, `true`, `false`, `null`, lists and maps of them' });
export { scalar };

export const SEVERITIES = ['critical', 'high', 'medium'] as const;
export const severity = () => word(SEVERITIES);

export const FIELD_TYPES = ['string', 'bool', 'int', 'double', 'timestamp', 'date', 'list', 'map', 'any'] as const;
export type FieldType = (typeof FIELD_TYPES)[number];
/** What a record's fields are; conditions are checked against it when the configuration is loaded. */
export const fieldTypes = () =>
  z.record(fieldName, word(FIELD_TYPES)).meta({ allowed: `a map from field name to ${orList(FIELD_TYPES)}` });

export function orList(words: readonly string[]): string {
  const quoted = words.map((each) => `\`${each}\``);
  return quoted.length < 2 ? quoted.join('') : `${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1)}`;
}
