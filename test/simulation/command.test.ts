import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, it } from 'node:test';

const simulate = (...args: string[]) =>
  spawnSync(process.execPath, ['functions/cli/start.mjs', 'simulate', ...args], { encoding: 'utf8' });

describe('highnoon simulate', () => {
  it('answers with one document of the agreed shape', () => {
    const { status, stdout } = simulate('--days', '16', '--seed', '3', '--json');
    assert.equal(status, 0);
    const answer = JSON.parse(stdout) as Record<string, unknown>;
    assert.equal(answer.days, 16);
    assert.equal(answer.seed, 3);
    assert.deepEqual(answer.violations, []);
    assert.ok(Number(answer.effects) > 0);
    assert.ok(Number(answer.daysPerSecond) > 0);
  });

  it('tells what is allowed when asked for what is not', () => {
    for (const [option, value] of [
      ['--days', '0'],
      ['--days', '-1'],
      ['--faults', 'some'],
    ] as const) {
      const { status, stderr } = simulate(option, value);
      assert.equal(status, 2);
      assert.match(stderr, new RegExp(`${option} '${value}': .*allowed`));
    }
  });

  it('closes with a line that names all that another person needs to play the same', () => {
    const { status, stdout } = simulate('--days', '17', '--seed', '3', '--faults', 'uniform');
    assert.equal(status, 0);
    const line =
      /^every invariant held: 17 days in 3 worlds, seed 3, faults uniform, \d+ effects, \d+ faults, \d+ days a processor second$/m;
    assert.match(stdout, line);
  });

  it('tells how far it is from a thousand days on', () => {
    const told = (days: string) => simulate('--days', days, '--faults', 'none').stderr.trim().split('\n');
    const lines = told('1000');
    assert.equal(lines.length, 10);
    assert.equal(lines[9], '  playing: 1000 of 1000 days');
    assert.deepEqual(told('80'), ['']);
  });

  it('refuses a store and a configuration, which it would not hear, and tells what else it does not hear', () => {
    for (const [option, value] of [
      ['--store', 'firestore'],
      ['--config', 'mine.yaml'],
    ] as const) {
      const { status, stderr } = simulate('--days', '8', option, value);
      assert.equal(status, 2);
      assert.match(stderr, new RegExp(`^simulate: .*${option} '?${value}'? is not heard`));
    }
    const { status, stderr } = simulate('--days', '8', '--store', 'local', '--data', 'no-such-folder', '--verbose');
    assert.equal(status, 0, stderr);
    assert.match(stderr, /--data is not heard.*\n.*--verbose is not heard/);
  });
});
