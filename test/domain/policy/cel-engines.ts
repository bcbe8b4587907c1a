import {
  type CelInput,
  celEnv,
  celUint,
  isCelError,
  isCelList,
  isCelMap,
  isCelType,
  isCelUint,
  parse,
  plan,
} from '@bufbuild/cel';
import { strings } from '@bufbuild/cel/ext';
import type { SimpleTest } from '@bufbuild/cel-spec/cel/expr/conformance/test/simple_pb.js';
import type { Value as SpecValue } from '@bufbuild/cel-spec/cel/expr/value_pb.js';
import { isMessage, type Message } from '@bufbuild/protobuf';
import { isReflectMessage } from '@bufbuild/protobuf/reflect';
import { DurationSchema, TimestampSchema } from '@bufbuild/protobuf/wkt';
import { PolicyError } from '../../../shared/domain/policy/errors.ts';
import { durationText, timestampText } from '../../../shared/domain/policy/instants.ts';
import { compileRaw } from '../../../shared/domain/policy/program.ts';
import { Duration, isPlainRecord, Timestamp, TypeValue, Uint } from '../../../shared/domain/policy/values.ts';
import { bindingsOf, made, registry } from './cel-cases.ts';

/** The shown result of a case, or undefined for an error of the language; anything else thrown is a crash. */
export type Engine = (test: SimpleTest) => string | undefined;

function timeOf(message: Message): unknown {
  if (isMessage(message, TimestampSchema) || isMessage(message, DurationSchema)) {
    return { $typeName: message.$typeName, seconds: message.seconds, nanos: message.nanos };
  }
  return message;
}

export const ours: Engine = (test) => {
  const bindings = bindingsOf(test, {
    uint: (value) => new Uint(value),
    message: timeOf,
    type: (name) => new TypeValue(name),
  });
  try {
    return compileRaw(test.expr, { container: test.container })(bindings, undefined, (value) => show(value));
  } catch (error) {
    if (error instanceof PolicyError) return undefined;
    throw error;
  }
};

export const library: Engine = (test) => {
  const bindings = bindingsOf(test, { uint: celUint, message: (message) => message, type: (name) => name });
  try {
    const environment = celEnv({ namespace: test.container, registry, funcs: [...strings] });
    const value = plan(environment, parse(test.expr))(bindings as Record<string, CelInput>);
    return isCelError(value) ? undefined : show(value);
  } catch {
    return undefined;
  }
};

export function showSpec(value: SpecValue): string {
  const maker = {
    uint: (uint: bigint) => new Uint(uint),
    message: (message: Message) => message,
    type: (name: string) => new TypeValue(name),
  };
  return show(made(value, maker));
}

/** Text that is equal for equal values of equal types, whichever engine they come from. */
export function show(value: unknown): string {
  switch (typeof value) {
    case 'bigint':
      return `${value}`;
    case 'number':
      return Object.is(value, -0) ? '-0d' : `${value}d`;
    case 'string':
      return JSON.stringify(value);
    case 'object':
      return value === null ? 'null' : showObject(value);
    default:
      return String(value);
  }
}

function showObject(value: object): string {
  if (value instanceof Uint || isCelUint(value)) return `${value.value}u`;
  if (value instanceof Timestamp) return timestampText(value);
  if (value instanceof Duration) return durationText(value);
  if (value instanceof Uint8Array) return `bytes ${Array.from(value)}`;
  if (value instanceof TypeValue || isCelType(value)) return `type ${value.name}`;
  if (Array.isArray(value) || isCelList(value)) return `[${Array.from(value, show).join(', ')}]`;
  if (value instanceof Map || isCelMap(value)) return showEntries([...value]);
  const message: unknown = isReflectMessage(value) ? value.message : value;
  if (isMessage(message, TimestampSchema)) {
    return timestampText(new Timestamp(Number(message.seconds), message.nanos));
  }
  if (isMessage(message, DurationSchema)) {
    return durationText(new Duration(message.seconds * 1_000_000_000n + BigInt(message.nanos)));
  }
  return isPlainRecord(value) ? showEntries(Object.entries(value)) : `message ${value.constructor.name}`;
}

function showEntries(entries: readonly (readonly [unknown, unknown])[]): string {
  return `{${entries
    .map(([key, entry]) => `${show(key)}: ${show(entry)}`)
    .sort()
    .join(', ')}}`;
}
