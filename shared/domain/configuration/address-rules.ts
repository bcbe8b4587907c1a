/** Which of the well-formed addresses this runtime may ask: loopback, the sample world and private ranges are exceptions. */
import ipaddr from 'ipaddr.js';
import type { RawMistake } from './mistake.ts';
import { eachScalar, mapAt, type RawMap } from './raw.ts';
import { isLoopback } from './sources.ts';

/** Every key of the schema that holds an address ends so (held by a test). */
export const ADDRESS_KEY = /(?:^|_)(?:uri|url|audiences?)$/;

export interface AddressRules {
  readonly allowLoopbackHttp: boolean;
  readonly allowSample: boolean;
}

export function addressMistakes(tree: RawMap, rules: AddressRules): RawMistake[] {
  const allowPrivate = mapAt(tree, 'network').allow_private === true;
  const mistakes: RawMistake[] = [];
  eachScalar(tree, (value, at) => {
    const key = at.findLast((part) => typeof part === 'string');
    if (typeof value !== 'string' || key === undefined || !ADDRESS_KEY.test(key)) return;
    const wrong = refused(value, rules, allowPrivate);
    if (wrong !== undefined) mistakes.push({ at: [...at], value, ...wrong });
  });
  return mistakes;
}

function refused(
  value: string,
  rules: AddressRules,
  allowPrivate: boolean,
): { message: string; allowed: string } | undefined {
  if (value.startsWith('sample://')) {
    return rules.allowSample
      ? undefined
      : { message: 'is the sample world, which exists in the local runtime only', allowed: 'an address that exists' };
  }
  if (!/^https?:\/\//.test(value) || !URL.canParse(value)) return undefined;
  const { hostname, protocol } = new URL(value);
  if (isLoopback(hostname)) {
    if (rules.allowLoopbackHttp) return undefined;
    return {
      message: 'is loopback, which only the local runtime may ask',
      allowed: 'an `https://` address of another host',
    };
  }
  // Names are resolved, checked and pinned when they are asked; here only what is written as a number is known.
  const range = ipaddr.isValid(hostname.replace(/^\[|\]$/g, ''))
    ? ipaddr.process(hostname.replace(/^\[|\]$/g, '')).range()
    : 'unicast';
  if (protocol !== 'https:' || range === 'unicast') return undefined;
  const isPrivate = range === 'private' || range === 'uniqueLocal' || range === 'carrierGradeNat';
  if (isPrivate && allowPrivate) return undefined;
  return {
    message: `is an address of the range ${range}`,
    allowed: isPrivate ? 'a public address, or `network.allow_private: true`' : 'a public address',
  };
}
