import {
  type CelInput,
  celEnv,
  celUint,
  isCelError,
  isCelList,
  isCelMap,
  isCelType,
  isCelUint,
  plan,
} from '@bufbuild/cel';
import { strings } from '@bufbuild/cel/ext';
import { create } from '@bufbuild/protobuf';
import { isReflectMessage } from '@bufbuild/protobuf/reflect';
import { DurationSchema, TimestampSchema } from '@bufbuild/protobuf/wkt';
import { admit } from './admit.ts';
import { refuseLong } from './arithmetic.ts';
import { Fault, LimitReached } from './errors.ts';
import type { Frame } from './frame.ts';
import { LIMITS } from './limits.ts';
import { keysOf, readKey } from './maps.ts';
import { Duration, isPlainRecord, NANOS, Timestamp, TypeValue, Uint, type Value } from './values.ts';

/**
 * What is not compiled here is evaluated by the library that parses: single calls and message literals, on values
 * that are already computed, never a whole expression, because that evaluator counts no steps.
 */
type Expr = Parameters<typeof plan>[1];
const DELEGATE_STEPS = 300;
/** Formatting a fraction makes a new number format each time: 40 us. */
const FRACTION_STEPS = 2_000;
type Planned = (bindings: Record<string, CelInput>) => unknown;

const environment = celEnv({ funcs: [...strings] });
const planned = new Map<string, Planned>();

const expression = (exprKind: unknown): Expr => ({ $typeName: 'cel.expr.Expr', id: 1n, exprKind }) as Expr;
const argument = (i: number): Expr =>
  expression({ case: 'identExpr', value: { $typeName: 'cel.expr.Expr.Ident', name: `a${i}` } });

/** Calls a method of the library; the first value is its target. */
export function delegateCall(name: string, args: readonly Value[], frame: Frame, at: number): Value | undefined {
  const [target] = args;
  if (typeof target === 'string')
    frame.spend(target.length * 2 + (target.match(/%[.\d]*f/g)?.length ?? 0) * FRACTION_STEPS);
  const key = `${name}/${args.length}`;
  const call = planned.get(key) ?? planCall(key, name, args.length);
  return run(call, args, frame, at);
}

function planCall(key: string, name: string, count: number): Planned {
  const [target, ...args] = Array.from({ length: count }, (_, i) => argument(i));
  const value = { $typeName: 'cel.expr.Expr.Call', function: name, target, args };
  const call = plan(environment, expression({ case: 'callExpr', value })) as Planned;
  planned.set(key, call);
  return call;
}

/** A message literal such as `google.protobuf.Int32Value{value: 1}`; only the well-known types exist. */
export function planMessage(typeName: string, fields: readonly string[], container: string): Planned {
  const entries = fields.map((field, i) => ({
    $typeName: 'cel.expr.Expr.CreateStruct.Entry',
    id: BigInt(i + 2),
    keyKind: { case: 'fieldKey', value: field },
    value: argument(i),
    optionalEntry: false,
  }));
  const value = { $typeName: 'cel.expr.Expr.CreateStruct', messageName: typeName, entries };
  return plan(celEnv({ namespace: container }), expression({ case: 'structExpr', value })) as Planned;
}

export function run(call: Planned, args: readonly Value[], frame: Frame, at: number): Value {
  frame.spend(DELEGATE_STEPS);
  try {
    const bindings = Object.fromEntries(args.map((arg, i) => [`a${i}`, outward(arg, frame, 0)]));
    const result = call(bindings);
    if (isCelError(result)) return new Fault('bad-argument', 'a function or message refused its arguments', at);
    return inward(result, at);
  } catch (error) {
    if (error instanceof LimitReached) throw error;
    return new Fault('bad-argument', 'a function or message refused its arguments', at);
  }
}

/** Copies a value, paying for every part: shared parts are copied as often as they occur. */
function outward(value: Value, frame: Frame, depth: number): CelInput {
  frame.spend(typeof value === 'object' ? 8 : 1);
  if (depth > LIMITS.valueDepth) throw new LimitReached('too-deep', `a value of more than ${LIMITS.valueDepth} levels`);
  if (typeof value === 'string') frame.spendOn(value.length);
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Uint) return celUint(value.value);
  if (value instanceof Timestamp) {
    return create(TimestampSchema, { seconds: BigInt(value.seconds), nanos: value.nanos });
  }
  if (value instanceof Duration) {
    const nanos = Number(value.nanos % BigInt(NANOS));
    return create(DurationSchema, { seconds: value.nanos / BigInt(NANOS), nanos });
  }
  if (value instanceof Uint8Array) return value;
  if (Array.isArray(value)) return value.map((element) => outward(admit(element, 0), frame, depth + 1));
  if (value instanceof TypeValue) return typeNamed(value.name);
  if (value instanceof Map || isPlainRecord(value)) {
    const entries = keysOf(value, frame).map((key) => {
      return [outward(key, frame, depth), outward(readKey(value, key, frame, 0), frame, depth + 1)] as const;
    });
    return new Map(entries) as CelInput;
  }
  throw new TypeError('not a value');
}

function typeNamed(name: string): CelInput {
  const [root, ...path] = name.split('.');
  const start = expression({ case: 'identExpr', value: { $typeName: 'cel.expr.Expr.Ident', name: root ?? '' } });
  const node = path.reduce(
    (operand, field) =>
      expression({ case: 'selectExpr', value: { $typeName: 'cel.expr.Expr.Select', operand, field, testOnly: false } }),
    start,
  );
  return plan(environment, node)({}) as CelInput;
}

function inward(value: unknown, at: number): Value {
  if (typeof value === 'string') refuseLong(value.length);
  if (isCelUint(value)) return new Uint(value.value);
  if (isCelList(value)) return Array.from(value, (element) => inward(element, at));
  if (isCelMap(value)) return new Map(Array.from(value, ([key, entry]) => [inward(key, at), inward(entry, at)]));
  if (isCelType(value)) return new TypeValue(value.name);
  if (isReflectMessage(value, TimestampSchema) || isReflectMessage(value, DurationSchema)) {
    return admit({ ...value.message, $typeName: value.desc.typeName }, at);
  }
  if (isReflectMessage(value))
    return new Fault('type', `messages of type ${value.desc.typeName} are not supported`, at);
  return admit(value, at);
}
