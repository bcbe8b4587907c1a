import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { planOf, resourcesOf } from './support/plan.ts';
import { repository, skipEverywhere } from './support/tools.ts';

const DOCUMENTS = ['docs/deploy.md', 'docs/runbook.md', 'docs/security.md'];
const read = (file: string): string => readFileSync(path.join(repository, file), 'utf8');

interface CommandTree {
  readonly commands?: Readonly<Record<string, CommandTree>>;
  readonly flags?: Readonly<Record<string, string | readonly string[]>>;
}

/** gcloud ships the tree of its commands and flags for completion: the names it knows itself. */
function gcloudTree(): CommandTree | null {
  const info = spawnSync('gcloud', ['info', '--format=value(installation.sdk_root)'], { encoding: 'utf8' });
  if (info.status !== 0) return null;
  const text = readFileSync(path.join(info.stdout.trim(), 'data/cli/gcloud_completions.py'), 'utf8');
  return JSON.parse(text.slice(text.indexOf('{', text.indexOf('STATIC_COMPLETION_CLI_TREE =')))) as CommandTree;
}

/** The shell commands of a document's `sh` blocks and of scripts, continuation lines joined. */
function commandsIn(text: string): string[] {
  return text
    .replaceAll(/\\\n\s*/g, ' ')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => /^(echo ")?gcloud /.test(line))
    .map((line) => line.replace(/^echo "(.*)"$/, '$1'));
}
const blocksOf = (text: string): string[] => [...text.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, body = '']) => body);

/** Words of a command without what stands in quotes, which is data. */
const wordsOf = (command: string): string[] =>
  command
    .replaceAll(/"[^"]*"|'[^']*'/g, 'DATA')
    .split(/\s+(?:>|\||&&)\s*/)[0]
    ?.split(/\s+/) ?? [];

/** What gcloud does not know in a command. */
function unknownIn(command: string, tree: CommandTree): string[] {
  let node = tree;
  const known: string[] = ['gcloud'];
  const complaints: string[] = [];
  let inCommand = true;
  for (const word of wordsOf(command).slice(1)) {
    if (word.startsWith('--')) {
      const flag = word.split('=')[0]?.replace(/^--no-/, '--') ?? '';
      const literal = word.split('=')[0] ?? '';
      if (![flag, literal].some((name) => node.flags?.[name] !== undefined || tree.flags?.[name] !== undefined))
        complaints.push(`${known.join(' ')}: no flag ${literal}`);
      continue;
    }
    const next = inCommand ? node.commands?.[word] : undefined;
    if (next !== undefined) {
      node = next;
      known.push(word);
    } else {
      inCommand = false;
      if (Object.keys(node.commands ?? {}).length > 0) complaints.push(`${known.join(' ')}: no command ${word}`);
    }
  }
  if (Object.keys(node.commands ?? {}).length > 0 && complaints.length === 0)
    complaints.push(`${known.join(' ')}: a group, not a command`);
  return complaints;
}

describe('the commands of the documents and the build', () => {
  it('are ones that gcloud knows, with flags that it has', (t) => {
    const tree = gcloudTree();
    if (tree === null) {
      skipEverywhere(t, 'gcloud is not installed, so the commands of the documents were not compared with its flags');
      return;
    }
    const scripts = ['check-inputs.sh', 'fetch-variables.sh', 'store.sh', 'fetch.sh', 'list-schedules.sh'].map((name) =>
      read(`infra/build/${name}`),
    );
    const commands = [...DOCUMENTS.flatMap((file) => blocksOf(read(file))), ...scripts].flatMap(commandsIn);
    assert.ok(commands.length > 30, `only ${commands.length} commands were found`);
    assert.deepEqual(
      commands.flatMap((command) => unknownIn(command, tree)),
      [],
    );
    assert.notDeepEqual(unknownIn('gcloud scheduler jobs run x --region=r', tree), [], 'a wrong flag was not noticed');
    assert.notDeepEqual(unknownIn('gcloud scheduler job run x', tree), [], 'a wrong command was not noticed');
    t.diagnostic(`${commands.length} commands compared with gcloud's own flags`);
  });

  it('name only subscriptions, topics, schedules and functions that the plan makes', (t) => {
    const plan = planOf(t, 'prod');
    if (plan === null) return;
    const made = new Set(
      plan.planned_values.root_module.resources
        .flatMap(({ values }) => [values.name, values.account_id, values.secret_id])
        .filter((name) => typeof name === 'string'),
    );
    const bootstrapped = new Set([
      'highnoon-deployer',
      'highnoon-plan',
      'highnoon-apply',
      'highnoon-nightly',
      'highnoon-restored',
      'highnoon-git-read-token',
      'highnoon-relay-mail',
    ]);
    const text = DOCUMENTS.flatMap((file) => blocksOf(read(file))).join('\n');
    const named = [...text.matchAll(/(?<![-\w./])(highnoon-[a-z0-9-]*[a-z0-9])(?![\w@$-])/g)].map(
      ([, name = '']) => name,
    );
    assert.deepEqual(
      named.filter((name) => !made.has(name) && !bootstrapped.has(name)),
      [],
    );
  });

  it('let the deployer grant exactly the roles that the root grants on the project', (t) => {
    const plan = planOf(t, 'prod');
    if (plan === null) return;
    const listed = /hasOnly\(\[([\s\S]*?)\]\)/.exec(read('docs/deploy.md'))?.[1] ?? '';
    const grantable = [...listed.matchAll(/'([^']+)'/g)]
      .map(([, role = '']) => role.replace('projects/$PROJECT/', ''))
      .sort();
    const granted = new Set(
      resourcesOf(plan, 'google_project_iam_member').map(({ values }) =>
        String(values.role).replace(/^projects\/[^/]+\//, ''),
      ),
    );
    assert.deepEqual(grantable, [...granted].sort());
  });
});
