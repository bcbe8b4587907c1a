import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { completionScript } from '../../functions/cli/commands/completion.ts';
import { COMMANDS } from '../../functions/cli/commands.ts';
import { highnoon } from './support.ts';

/** What bash offers after these words, the last one unfinished. */
function offered(...words: string[]): string[] {
  const line = ['highnoon', ...words].map((word) => `'${word}'`).join(' ');
  const script = `${completionScript(COMMANDS, 'bash')}\nCOMP_WORDS=(${line}); COMP_CWORD=${words.length}; _highnoon; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = spawnSync('bash', ['--norc', '-c', script], { encoding: 'utf8' });
  assert.equal(stderr, '');
  return stdout.split('\n').filter((word) => word !== '');
}

describe('shell completion', () => {
  it('offers every command by its first word', () => {
    const firsts = [...new Set(COMMANDS.map(({ name }) => name.split(' ')[0] ?? ''))];
    assert.deepEqual(offered('').sort(), [...firsts, 'help'].sort());
    assert.deepEqual(offered('unl'), ['unlock']);
  });

  it('offers second words, phases and exactly the options of the command', () => {
    assert.ok(offered('ledger', '').includes('verify'));
    assert.ok(offered('run', 't-').includes('t-30-final-check'));
    for (const { name, options } of COMMANDS) {
      const words = offered(...name.split(' '), '--');
      for (const option of Object.keys(options)) assert.ok(words.includes(`--${option}`), `${name} --${option}`);
      assert.ok(words.includes('--json'), name);
    }
    assert.ok(!offered('next', '--').includes('--reason'));
    assert.deepEqual(offered('status', '--store', 'f'), ['firestore']);
  });

  it('is printed by the command, and refuses a shell that it does not know', async () => {
    const answer = await highnoon(['completion', 'bash']);
    assert.equal(answer.code, 0, answer.err);
    assert.equal(answer.out.trimEnd(), completionScript(COMMANDS, 'bash'));
    const json = (await highnoon(['completion', 'zsh', '--json'])).json<{ shell: string; script: string }>();
    assert.match(json.script, /bashcompinit/);
    const unknown = await highnoon(['completion', 'tcsh']);
    assert.equal(unknown.code, 2);
    assert.match(unknown.err, /'tcsh'.*bash or zsh/);
  });
});
