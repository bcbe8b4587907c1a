import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Series, shiftRanges } from './series.ts';

export interface Rule {
  readonly name: string;
  readonly query: string;
  readonly durationSeconds: number;
}
export interface Play {
  readonly name: string;
  readonly series: readonly Series[];
  readonly minutes: number;
}
/** What fires in the first minutes is not asked for: there the look-backs reach behind the first point. */
export const WARM_UP_MINUTES = 25;
/** One alert that fired: minutes since the play's beginning, and how many evaluations found it firing. */
export interface Firing {
  readonly rule: string;
  readonly phase: string | undefined;
  readonly first: number;
  readonly last: number;
  readonly evaluations: number;
}

const MEASURES = {
  first: (minutes: number, step: number) =>
    `min_over_time(timestamp(ALERTS{alertstate="firing"})[${minutes}m:${step}m])`,
  last: (minutes: number, step: number) =>
    `max_over_time(timestamp(ALERTS{alertstate="firing"})[${minutes}m:${step}m])`,
  evaluations: (minutes: number, step: number) => `count_over_time(ALERTS{alertstate="firing"}[${minutes}m:${step}m])`,
} as const;
type Measure = keyof typeof MEASURES;
const measures = Object.keys(MEASURES) as Measure[];

/**
 * Prometheus' own engine evaluates the rules over each play. It is asked, with an expectation that only silence meets,
 * when each alert fired first and last; what it answers instead of silence is the measurement.
 */
export function evaluate(
  program: string,
  rules: readonly Rule[],
  plays: readonly Play[],
  stepMinutes = 1,
): Map<string, Firing[]> {
  const folder = mkdtempSync(path.join(tmpdir(), 'high-noon-alerts-'));
  try {
    // The comment carries the play's number into the answer.
    const groups = [
      {
        name: 'high-noon',
        interval: `${stepMinutes}m`,
        rules: rules.map((rule) => ({
          alert: rule.name,
          expr: shiftRanges(rule.query),
          for: `${rule.durationSeconds}s`,
        })),
      },
    ];
    writeFileSync(path.join(folder, 'rules.yaml'), JSON.stringify({ groups }));
    const tests = plays.map((play, index) => ({
      interval: '20s',
      input_series: play.series,
      promql_expr_test: measures.map((measure) => ({
        expr: `${MEASURES[measure](play.minutes - WARM_UP_MINUTES, stepMinutes)} # ${index}`,
        eval_time: `${play.minutes}m`,
        exp_samples: [],
      })),
    }));
    writeFileSync(
      path.join(folder, 'tests.yaml'),
      JSON.stringify({ rule_files: ['rules.yaml'], evaluation_interval: `${stepMinutes}m`, tests }),
    );
    const result = spawnSync(program, ['test', 'rules', 'tests.yaml'], {
      cwd: folder,
      encoding: 'utf8',
      maxBuffer: 1 << 28,
    });
    if (result.error) throw result.error;
    return parse(result.stdout + result.stderr, plays);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

type Measured = Partial<Record<Measure, number>> & { readonly rule: string; readonly phase: string | undefined };

/** Reads "expr: ..., time: ..., exp: nil, got: ..." of the plays that were not silent. */
function parse(output: string, plays: readonly Play[]): Map<string, Firing[]> {
  const found = plays.map(() => new Map<string, Measured>());
  const unread = output.replaceAll(
    /expr: ("(?:[^"\\]|\\.)*"), time: [^,]*,\s+exp:\s*nil\s+got:(.*)/g,
    (_, quoted: string, got: string) => {
      const expression = JSON.parse(quoted) as string;
      const measured = found[Number(expression.split(' # ')[1])];
      if (measured === undefined) throw new Error(`promtool answered about no play: ${expression}`);
      for (const [, labels = '', value = ''] of got.matchAll(/\{([^}]*)\} ([-+.\dE]+)/g)) {
        const label = (key: string): string | undefined => new RegExp(`(?:^|, )${key}="([^"]*)"`).exec(labels)?.[1];
        const known = measured.get(labels) ?? { rule: label('alertname') ?? '', phase: label('phase') };
        measured.set(labels, { ...known, [measureOf(expression)]: Number(value) });
      }
      return '';
    },
  );
  // An answer in a form that is not known must not pass for silence.
  if (/[^\s]/.test(unread.replaceAll(/Unit Testing:.*|FAILED:|SUCCESS/g, '')))
    throw new Error(`promtool: ${unread.trim().slice(0, 2000)}`);
  return new Map(
    plays.map((play, index) => [play.name, merge([...(found[index] ?? new Map<string, Measured>()).values()])]),
  );
}

function measureOf(expression: string): Measure {
  if (expression.startsWith('min_')) return 'first';
  return expression.startsWith('max_') ? 'last' : 'evaluations';
}

function merge(found: readonly Measured[]): Firing[] {
  return found.map(({ rule, phase, first = Number.NaN, last = Number.NaN, evaluations = Number.NaN }) => ({
    rule,
    phase,
    first: first / 60,
    last: last / 60,
    evaluations,
  }));
}
