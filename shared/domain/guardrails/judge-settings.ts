import type { GuardrailOf } from '../configuration/index.ts';
import type { Fields } from './fields.ts';
import { fieldOf } from './fields.ts';
import { type Decision, type Judge, Undecided } from './judge.ts';

/** A decimal number as people write one; `Number` alone would take an empty text for zero. */
const NUMBER = /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?\s*$/;

/** `config_equals`: each service that has the setting has this value; with `null`, none has it. */
export function judgeConfigEquals({ evidence, field, value }: GuardrailOf<'config_equals'>): Judge {
  if (value === null) {
    return { evidence, decide: (record) => (settingOf(record, field) === undefined ? 'holds' : 'fails') };
  }
  return judgeSetting(evidence, field, (found) => found === value || found === String(value));
}

export function judgeConfigMin({ evidence, field, value: least }: GuardrailOf<'config_min'>): Judge {
  return judgeSetting(evidence, field, (found) => {
    const number = typeof found === 'string' && NUMBER.test(found) ? Number(found) : found;
    return typeof number === 'number' && number >= least;
  });
}

function judgeSetting(evidence: string, field: string, isRight: (found: unknown) => boolean): Judge {
  return {
    evidence,
    decide(record): Decision {
      const found = settingOf(record, field);
      if (found === undefined || found === null) return 'skips';
      if (typeof found === 'string' && found.startsWith('secret:')) {
        return new Undecided(`${field} comes from a secret, whose value is not read`);
      }
      return isRight(found) ? 'holds' : 'fails';
    },
    nothing: `nothing has the setting ${field}`,
  };
}

/** What a service was deployed with, or a field of any other record. */
function settingOf(record: Fields, field: string): unknown {
  const environment = fieldOf(record, 'environment');
  const isMap = typeof environment === 'object' && environment !== null && !Array.isArray(environment);
  return fieldOf(isMap ? (environment as Fields) : record, field);
}
