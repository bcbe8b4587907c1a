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
import { isQuick, type Row, tell } from './report.ts';

const DOCUMENTS = orRefuse(() => {
  const { documents } = parsedOptions({
    documents: { type: 'string' },
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  });
  const asked = documents ?? (isQuick ? '2000' : '100000');
  return wholeNumber('--documents', asked, { least: 1, most: 10_000_000 });
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
const millions = (milliseconds: number) => evaluations / milliseconds / 1000;

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

const rows: Row[] = runners.flatMap(({ name, milliseconds, cpuMilliseconds }): Row[] => {
  const isPeer = name === reference.name;
  const value = millions(cpuMilliseconds);
  const unit = 'M/s';
  const rates: Row[] = [
    { what: `${name}: evaluations a second`, value: millions(milliseconds), unit },
    { what: `${name}: a processor second`, value, unit, ...(isPeer ? {} : { reach: 1.5, least: true }) },
  ];
  // A row of its own: a ratio beside the rate would be judged in its place.
  const times = reference.cpuMilliseconds / cpuMilliseconds;
  return isPeer ? rates : [...rates, { what: `${name}: beside ${reference.name}`, value: times, unit: 'x' }];
});
const attacks = attackTimes();
tell('policy', [
  { what: 'rules', value: RULES.length, unit: 'rules' },
  { what: 'documents', value: DOCUMENTS, unit: 'documents' },
  { what: 'evaluations that hold, in each engine', value: checked.held, unit: 'evaluations' },
  ...rows,
  { what: 'attacks', value: attacks.length, unit: 'attacks' },
  ...attacks
    .slice(0, 5)
    .map(({ name, milliseconds }): Row => ({ what: `attack: ${name}`, value: milliseconds, unit: 'ms', reach: 100 })),
]);
