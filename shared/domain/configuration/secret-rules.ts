/** No secret stands in a configuration: neither as a value, nor as a key, nor in a comment. */
import type { Path, RawMistake } from './mistake.ts';
import { FIELD_TYPES, SECRET_ALLOWED, SECRET_REFERENCE } from './primitives.ts';
import { eachScalar, entriesOf, textAt } from './raw.ts';
import { findSecret, isSecretKey } from './secrets.ts';

const ELSEWHERE = 'a reference where one is allowed; the secret itself in Secret Manager';

export function secretMistakes(tree: unknown, text: string, local: boolean): RawMistake[] {
  const mistakes: RawMistake[] = [];
  eachScalar(tree, (value, at) => {
    if (typeof value !== 'string') return;
    const found = findSecret(value);
    if (found !== undefined)
      mistakes.push({ at: [...at], value, secret: true, message: `contains ${found.kind}`, allowed: ELSEWHERE });
    else if (standsUnderSecretKey(value, at)) {
      mistakes.push({ at: [...at], value, secret: true, message: 'is a secret written out', allowed: SECRET_ALLOWED });
    } else if (!local && value.startsWith('env:') && SECRET_REFERENCE.test(value)) {
      mistakes.push({
        at: [...at],
        value,
        message: 'names an environment variable outside the local runtime',
        allowed: SECRET_ALLOWED,
      });
    }
  });
  mistakes.push(...settingsMistakes(tree));
  // Values have told their own; what is left stands in a comment or a key.
  if (mistakes.length === 0) mistakes.push(...secretsInText(text));
  return mistakes;
}

/** A guardrail that compares a secret setting would have to hold the secret. */
function settingsMistakes(tree: unknown): RawMistake[] {
  return entriesOf(tree, 'guardrails').flatMap(({ at, value }): RawMistake[] => {
    const [field, compared] = [textAt(value, 'field'), textAt(value, 'value')];
    if (field === undefined || compared === undefined || !isSecretKey(field) || HARMLESS.has(compared)) return [];
    return [
      {
        at: [...at, 'value'],
        value: compared,
        secret: true,
        message: 'is a secret written out',
        allowed: 'a claim that needs no secret',
      },
    ];
  });
}

function secretsInText(text: string): RawMistake[] {
  const found = findSecret(text);
  if (found === undefined) return [];
  return [
    {
      at: [],
      offset: found.index,
      value: '',
      message: `contains ${found.kind} in a key or comment`,
      allowed: ELSEWHERE,
    },
  ];
}

/** Values that say whether or how, under a key that sounds like a secret. */
const HARMLESS: ReadonlySet<string> = new Set([
  '',
  'true',
  'false',
  'none',
  'oidc',
  'required',
  'null',
  ...FIELD_TYPES,
]);

function standsUnderSecretKey(value: string, at: Path): boolean {
  // The names of fields and documents are no places of secrets: `fields: {token: string}` tells a type.
  const key = at.findLast((part) => typeof part === 'string');
  if (key === undefined || !isSecretKey(key) || HARMLESS.has(value)) return false;
  return !SECRET_REFERENCE.test(value);
}
