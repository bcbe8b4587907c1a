import type { SimpleTest } from '@bufbuild/cel-spec/cel/expr/conformance/test/simple_pb.js';
import type { Value as SpecValue } from '@bufbuild/cel-spec/cel/expr/value_pb.js';
import { getTestRegistry } from '@bufbuild/cel-spec/testdata/registry.js';
import { getConformanceSuite, type IncrementalTestSuite } from '@bufbuild/cel-spec/testdata/tests.js';
import type { Message } from '@bufbuild/protobuf';
import { anyUnpack } from '@bufbuild/protobuf/wkt';

/** One public case: an expression, its bindings, and what must come of it (text by `Show`, or an error). */
export interface CelCase {
  readonly suite: string;
  readonly name: string;
  readonly test: SimpleTest;
  /** Whether it needs messages that a program declares, which policies do not have. */
  readonly needsMessages: boolean;
}

export const registry = getTestRegistry();

export function celCases(): CelCase[] {
  return walk(getConformanceSuite(), []);
}

function walk(suite: IncrementalTestSuite, path: readonly string[]): CelCase[] {
  const here = [...path, suite.name];
  const own = suite.tests.map(({ name, original }) => ({
    suite: here[1] ?? '',
    name: [...here.slice(1), name].join('/'),
    test: original,
    needsMessages: needsMessages(original),
  }));
  return [...own, ...suite.suites.flatMap((child) => walk(child, here))];
}

const TIMES = ['google.protobuf.Timestamp', 'google.protobuf.Duration'];

function needsMessages(test: SimpleTest): boolean {
  const text = JSON.stringify(test, (_key, value) => (typeof value === 'bigint' ? String(value) : value));
  if (/TestAllTypes|cel\.expr\.conformance\.proto|NullValue/.test(text)) return true;
  return Object.values(test.bindings).some(({ kind }) => {
    const value = kind.case === 'value' ? kind.value.kind : undefined;
    return value?.case === 'objectValue' && !TIMES.some((name) => value.value.typeUrl.endsWith(name));
  });
}

/** What an engine makes of the values that a case binds and expects. */
export interface Maker {
  readonly uint: (value: bigint) => unknown;
  readonly message: (message: Message) => unknown;
  readonly type: (name: string) => unknown;
}

/** A value of the cases as an engine takes it: plain JavaScript but for what `maker` makes. */
export function made(value: SpecValue, maker: Maker): unknown {
  const kind = value.kind;
  switch (kind.case) {
    case 'uint64Value':
      return maker.uint(kind.value);
    case 'listValue':
      return kind.value.values.map((element) => made(element, maker));
    case 'mapValue':
      return new Map(
        kind.value.entries.map(({ key, value: entry }) => [
          key === undefined ? null : made(key, maker),
          entry === undefined ? null : made(entry, maker),
        ]),
      );
    case 'objectValue': {
      const message = anyUnpack(kind.value, registry);
      return message === undefined ? null : maker.message(message);
    }
    case 'typeValue':
      return maker.type(kind.value);
    case 'nullValue':
      return null;
    default:
      return kind.value;
  }
}

export function bindingsOf(test: SimpleTest, maker: Maker): Record<string, unknown> {
  const entries = Object.entries(test.bindings).map(([name, { kind }]) => {
    return [name, kind.case === 'value' ? made(kind.value, maker) : undefined] as const;
  });
  return Object.fromEntries(entries);
}

/** Whether an outcome (a shown value, or undefined for an error) is what the case asks for. */
export function isMet(test: SimpleTest, outcome: string | undefined, show: (value: SpecValue) => string): boolean {
  const matcher = test.resultMatcher;
  switch (matcher.case) {
    case 'evalError':
    case 'anyEvalErrors':
      return outcome === undefined;
    case 'value':
      return outcome === show(matcher.value);
    case 'typedResult':
      if (outcome === undefined) return false;
      return matcher.value.result === undefined || outcome === show(matcher.value.result);
    case undefined:
      return outcome === 'true';
    default:
      return false;
  }
}
