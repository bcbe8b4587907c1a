import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArguments } from '../../../functions/cli/arguments.ts';
import { COMMANDS } from '../../../functions/cli/commands.ts';
import { createOutput } from '../../../functions/cli/output.ts';
import alerts from '../../../shared/catalog/alerts.json' with { type: 'json' };
import type { Point } from '../../../shared/domain/points.ts';
import { secondsBetween } from '../../../shared/domain/time.ts';
import type { Story, StoryOptions } from '../../day/support.ts';

/** One run of a command that stands under a heading: when, by whom, and where it must lead. */
export interface Step {
  /** What the command must begin with: the order is that of the runbook. */
  readonly command: string;
  readonly at: string;
  readonly exit: number;
  readonly says: RegExp;
  readonly actor?: string;
  /** What a person does outside High Noon before it. */
  readonly before?: (story: Story) => Promise<void> | void;
  /** The same command once more, by another person. */
  readonly again?: Omit<Step, 'command'>;
}

/** A heading of the runbook, tried: a world is put into that state, and its commands are run in it. */
export interface Try {
  readonly heading: string;
  readonly world?: StoryOptions;
  /** Puts the world into the state, and shows that it is the one that the heading is about. */
  readonly arrange: (story: Story) => Promise<void>;
  readonly steps: readonly Step[];
  /** What must have become of it all. */
  readonly after?: (story: Story) => Promise<void>;
}

const PREFIX = 'npm run -s highnoon -- ';
const runbook = readFileSync('docs/runbook.md', 'utf8');

/** The commands of High Noon under a heading, in their order. Those of gcloud are held to gcloud's own flags elsewhere. */
export function commandsUnder(heading: string): string[] {
  const start = runbook.indexOf(`\n### ${heading}\n`);
  assert.notEqual(start, -1, `${heading}: no such heading`);
  const rest = runbook.slice(start + heading.length + 6);
  const section = rest.slice(0, rest.search(/\n#{2,3} /) + 1 || undefined).replaceAll(/\s*\n\s*/g, ' ');
  return [...section.matchAll(/`npm run -s highnoon -- ([^`]+)`/g)].map(([, command = '']) => command);
}

/** Runs a command of the runbook over the story's folder: without the cloud's store, with what only the local one asks for. */
export async function runHere(story: Story, command: string, step: Omit<Step, 'command'>): Promise<void> {
  await step.before?.(story);
  await story.advance(step.at);
  const words = [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, word]) => quoted ?? word ?? '');
  const found = COMMANDS.find(({ name }) => `${command} `.startsWith(`${name} `));
  assert.ok(found !== undefined, `${command}: no such command`);
  const args = words.slice(found.name.split(' ').length).map((word) => (word === '...' ? 'tried by a test' : word));
  const store = args.indexOf('--store');
  assert.deepEqual(
    args.splice(store, 2),
    ['--store', 'firestore'],
    `${command}: an operator looks at the cloud's store`,
  );
  const isAct = found.options.actor !== undefined;
  const more = [
    ...['--data', story.data],
    ...(found.name === 'run' ? ['--at', story.at(step.at)] : []),
    ...(isAct ? ['--actor', step.actor ?? 'ana'] : []),
  ];
  let said = '';
  const take = {
    write: (text: string) => {
      said += text;
      return true;
    },
  } as unknown as NodeJS.WritableStream;
  const parsed = parseArguments(found.name, [...args, ...more], found.options, found.positionals);
  const code = await found.run(parsed, createOutput(false, { out: take, err: take }));
  assert.match(said, step.says, `${PREFIX}${command}`);
  assert.equal(code, step.exit, `${PREFIX}${command}\n${said}`);
}

/** Whether the first clause of an alert's condition holds for what the watchdog told last. */
export async function conditionHolds(story: Story, policyId: string): Promise<boolean> {
  const query = alerts.policies.find(({ id }) => id === policyId)?.query ?? '';
  const clause = /last_over_time\(level:(\w+)\{([^}]*)\}\[20m\]\) (==|>=|>) (-?\d+)/.exec(query);
  assert.ok(clause !== null, `${policyId}: ${query}`);
  const [, metric, selector = '', operator = '==', bound = ''] = clause;
  const points = await levelsOf(story);
  const matches = points.filter((point) => point.metric === metric && isSelected(point, selector));
  const now = story.engine().clock.now();
  return matches.some(({ at, value }) => {
    const level = Number(value.value);
    const limit = Number(bound);
    if (secondsBetween(at, now) > 1200) return false;
    return operator === '==' ? level === limit : operator === '>' ? level > limit : level >= limit;
  });
}

export const levelsOf = async (story: Story): Promise<Point[]> =>
  (await story.engine().documents.query<Point>('metrics')).map(({ data }) => data);

function isSelected({ labels }: Point, selector: string): boolean {
  const [, how, names = ''] = /phase(=~|!~|=)"([^"]*)"/.exec(selector) ?? [];
  if (how === undefined) return true;
  const isNamed = names.split('|').includes(labels.phase ?? '');
  return how === '!~' ? !isNamed : isNamed;
}

/** A schedule that somebody paused is a hard failure of T-90, and is mended by switching it on again. */
export function pauseSchedule(story: Story, state: 'paused' | 'enabled'): void {
  const file = join(story.data, 'schedules.json');
  const jobs = JSON.parse(readFileSync(file, 'utf8')) as { name: string; state: string }[];
  writeFileSync(file, JSON.stringify(jobs.map((job, index) => (index === 0 ? { ...job, state } : job))));
}
