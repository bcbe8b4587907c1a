/**
 * Rule evaluations a second, and how long the slowest attack holds the process: 20 guardrails over many documents, our compiled policies beside @bufbuild/cel in the same
 * process, in turns, so that one machine's mood touches both. Usage: node policy.bench.ts [--documents N] [--quick] [--json]
 */
import { type CelInput, CelScalar, celEnv, celFunc, isCelError, objectType, parse, plan } from '@bufbuild/cel';
import { strings } from '@bufbuild/cel/ext';
import { TimestampSchema, timestampFromMs } from '@bufbuild/protobuf/wkt';
import { calendarAge, compilePolicy, parseDay, type RecordType } from '../../shared/domain/policy/index.ts';
import { orRefuse, parsedOptions, wholeNumber } from '../proof/arguments.ts';
import { ATTACKS } from './policy-attacks.ts';
import { type Bindings, documentOf, NOW, RULES, VARIABLES } from './policy-rules.ts';

const { DOCUMENTS, isQuick, isJson } = orRefuse(() => {
  const { documents, quick, json } = parsedOptions({
    documents: { type: 'string' },
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  });
  const asked = documents ?? (quick ? '2000' : '100000');
  const most = 10_000_000;
  return { DOCUMENTS: wholeNumber('--documents', asked, { least: 1, most }), isQuick: quick, isJson: json };
});
/** Documents are made in blocks, so that memory stays flat and making them is not timed. */
const BLOCK = 5_000;

type Evaluate = (rule: number, document: Bindings) => boolean;

function ours(variables: Readonly<Record<string, RecordType>> | undefined): Evaluate {
  const policies = RULES.map((rule) =>
    compilePolicy(rule, variables === undefined ? {} : { variables, result: 'bool' }),
  );
  return (rule, document) => policies[rule]?.(document) === true;
}

/** The same rules in the library alone, with our two functions added to it. */
function library(): Evaluate {
  const timestamp = objectType(TimestampSchema);
  const { STRING, INT, DOUBLE } = CelScalar;
  const funcs = [
    ...strings,
    celFunc('calendar_age', [STRING, timestamp, STRING], INT, (birth, at, zone) => {
      const day = parseDay(birth);
      return BigInt((day && calendarAge(day, Number(at.message.seconds), zone)) ?? -1);
    }),
    celFunc('age_h', [timestamp], DOUBLE, (at) => (NOW / 1000 - Number(at.message.seconds)) / 3600),
  ];
  const environment = celEnv({ funcs });
  const plans = RULES.map((rule) => plan(environment, parse(rule)));
  return (rule, document) => {
    const value = plans[rule]?.(document as Record<string, CelInput>);
    if (isCelError(value)) throw value;
    return value === true;
  };
}

interface Runner {
  readonly name: string;
  readonly evaluate: Evaluate;
  readonly time: (milliseconds: number) => unknown;
  milliseconds: number;
  /** Of all threads, so compiling and collecting garbage count too; what a shared machine takes away does not. */
  cpuMilliseconds: number;
  held: number;
}

function runBlock(runner: Runner, first: number, count: number): void {
  const documents = Array.from({ length: count }, (_, i) => documentOf(first + i, runner.time));
  const start = performance.now();
  const cpu = process.cpuUsage();
  let held = 0;
  for (const document of documents) {
    for (let rule = 0; rule < RULES.length; rule += 1) if (runner.evaluate(rule, document)) held += 1;
  }
  const spent = process.cpuUsage(cpu);
  runner.cpuMilliseconds += (spent.user + spent.system) / 1000;
  runner.milliseconds += performance.now() - start;
  runner.held += held;
}

const toDate = (milliseconds: number) => new Date(milliseconds);
const runner = (name: string, evaluate: Evaluate, time: Runner['time']): Runner => {
  return { name, evaluate, time, milliseconds: 0, cpuMilliseconds: 0, held: 0 };
};
const checked = runner('high-noon, declared fields', ours(VARIABLES), toDate);
const unchecked = runner('high-noon, undeclared', ours(undefined), toDate);
const reference = runner('@bufbuild/cel', library(), timestampFromMs);
const runners = [checked, unchecked, reference];

for (let first = 0; first < DOCUMENTS; first += BLOCK) {
  for (const each of runners) runBlock(each, first, Math.min(BLOCK, DOCUMENTS - first));
}
if (new Set(runners.map(({ held }) => held)).size !== 1) {
  throw new Error(`the engines disagree: ${runners.map(({ name, held }) => `${name} ${held}`).join(', ')}`);
}

const evaluations = DOCUMENTS * RULES.length;
const results = runners.map(({ name, milliseconds, cpuMilliseconds }) => ({
  name,
  perSecond: Math.round((evaluations / milliseconds) * 1000),
  perCpuSecond: Math.round((evaluations / cpuMilliseconds) * 1000),
  ratio: reference.cpuMilliseconds / cpuMilliseconds,
}));
/** CPU milliseconds that each attack takes from source to its end, the best of three (one with --quick): the first compiles cold code. */
function attackTimes(): { name: string; milliseconds: number }[] {
  return ATTACKS.map(({ name, expression, bindings }) => {
    const times = Array.from({ length: isQuick ? 1 : 3 }, () => {
      const start = process.cpuUsage();
      try {
        compilePolicy(expression)(bindings ?? {});
      } catch {
        // How it ends is for the tests to say; here it only has to end.
      }
      const spent = process.cpuUsage(start);
      return (spent.user + spent.system) / 1000;
    });
    return { name, milliseconds: Math.min(...times) };
  }).sort((a, b) => b.milliseconds - a.milliseconds);
}

const slowest = attackTimes().slice(0, 5);
if (isJson) {
  const summary = {
    schema: 'highnoon.bench/1',
    bench: 'policy',
    rules: RULES.length,
    documents: DOCUMENTS,
    evaluations,
  };
  console.log(JSON.stringify({ ...summary, held: checked.held, results, attacks: ATTACKS.length, slowest }));
} else {
  console.log(`${RULES.length} rules x ${DOCUMENTS} documents, ${checked.held} of ${evaluations} hold`);
  const millions = (rate: number) => (rate / 1e6).toFixed(2).padStart(6);
  for (const { name, perSecond, perCpuSecond, ratio } of results) {
    const rates = `${millions(perSecond)} M/s  ${millions(perCpuSecond)} M per CPU second`;
    console.log(`${name.padEnd(28)} ${rates}  ${ratio.toFixed(1).padStart(5)} x @bufbuild/cel by CPU`);
  }
  console.log(`${ATTACKS.length} attacks, the slowest:`);
  for (const { name, milliseconds } of slowest) console.log(`${milliseconds.toFixed(1).padStart(8)} CPU ms  ${name}`);
}
