import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, it } from 'node:test';
import { tenths } from './progress.ts';

const EMPTY = mkdtempSync(join(tmpdir(), 'highnoon-nowhere-'));
process.once('exit', () => rmSync(EMPTY, { recursive: true, force: true }));

interface How {
  readonly cwd?: string;
  readonly env?: Record<string, string>;
}

function run(script: string, args: readonly string[], { cwd = process.cwd(), env = {} }: How = {}) {
  const how = { cwd, env: { ...process.env, ...env }, encoding: 'utf8' as const };
  return spawnSync(process.execPath, [resolve('test/proof', script), ...args], how);
}

function assertRefused(script: string, args: readonly string[], line: RegExp, how: How = {}): void {
  const { status, stdout, stderr } = run(script, args, how);
  const told = `${script} ${args.join(' ')}: ${stdout}${stderr}`;
  assert.match(stderr, line, told);
  const refusals = stderr
    .trim()
    .split('\n')
    .filter((text) => !text.startsWith('told-days, share '));
  assert.equal(refusals.length, 1, told);
  assert.equal(stdout, '', told);
  assert.equal(status, 2, told);
}

/** In a folder without sources: a command that does not refuse fails at once, and works on nothing. */
const nowhere = { cwd: EMPTY };

describe('the commands of the proof', () => {
  it('refuse what is no whole number, naming it and what is allowed', () => {
    for (const [script, args, line] of [
      ['told-days.ts', ['x', 'y'], /^first 'x': a whole number from 0 to \d+ is allowed$/m],
      ['told-days.ts', ['0', '1', '1e3'], /^pairs '1e3': a whole number from 0 to \d+ is allowed$/m],
      ['idle-ticks.ts', ['abc'], /^worlds 'abc': a whole number from 1 to \d+ is allowed$/m],
      ['idle-ticks.ts', ['0'], /^worlds '0': a whole number from 1 /m],
      ['idle-ticks.ts', ['1', ''], /^first seed '': a whole number from 0 /m],
      ['fuzz-envelopes.ts', ['abc'], /^count 'abc': a whole number from 1 /m],
      ['fuzz-envelopes.ts', ['1', '0x10'], /^seed '0x10': a whole number from 0 /m],
      ['fuzz-configurations.ts', ['-5'], /^count '-5': a whole number from 1 /m],
      ['compare-stores.ts', ['1', 'b'], /^contended 'b': a whole number from 1 /m],
      ['mutants.ts', ['0'], /^count '0': a whole number from 1 /m],
      ['kills.ts', ['many'], /^kills 'many': a whole number from 1 /m],
      ['kills.ts', ['1', '-1'], /^seed '-1': a whole number from 0 /m],
    ] as const)
      assertRefused(script, args, line, nowhere);
  });

  it('refuse an argument too many', () => {
    assertRefused('mutants.ts', ['1', '2', '3'], /^argument '3': allowed are \[count\] \[seed\]$/m, nowhere);
  });

  it('refuse names of no guard and of no patch, beside known ones too', () => {
    assertRefused('guard-mutants.ts', ['zzz'], /^guard 'zzz': allowed are .*, /m, nowhere);
    assertRefused('planted.ts', ['lockdown-read-beside', 'zzz'], /^patch 'zzz': allowed are .*lockdown-read-beside/m);
  });

  it('refuse a share of the told days that is none, or has nothing to strike', () => {
    assertRefused('told-days.ts', ['2', '2'], /^first '2': a whole number from 0 to 1 is allowed$/m);
    assertRefused('told-days.ts', ['0', '9', '3'], /^pairs '3': 0 or at least 9 are allowed/m);
    const env = { TOLD_DAY: 'T-90 hard' };
    assertRefused('told-days.ts', ['9999', '10000'], /^first '9999', step '10000': allowed is a share /m, { env });
  });

  it('refuse the name of no told day, and one on which noon has nothing to strike for pairs', () => {
    const line = /^TOLD_DAY 'zzz': a part of one of these names is allowed: .*'green day'/m;
    assertRefused('told-days.ts', ['0', '1'], line, { env: { TOLD_DAY: 'zzz' } });
    const env = { TOLD_DAY: 'T-90 hard' };
    assertRefused('told-days.ts', ['0', '1', '5'], /^TOLD_DAY 'T-90 hard': for pairs, a day on which noon /m, { env });
  });

  it('do the work that is asked for by numbers that are allowed', () => {
    const { status, stdout } = run('idle-ticks.ts', ['1', '7']);
    assert.deepEqual(JSON.parse(stdout), { worlds: 1, first: 7, different: [] });
    assert.equal(status, 0);
  });

  it('leave code 2 to refusals: a part of the told days is played', () => {
    const { status, stdout } = run('told-days.ts', ['19', '20'], { env: { TOLD_DAY: 'T-90 hard' } });
    const { toldDays, points } = JSON.parse(stdout) as { toldDays: number; points: number };
    assert.ok(toldDays >= 1 && points > 0, stdout);
    assert.equal(status, 0);
  });
});

describe('long work of the proof', () => {
  it('says which planted fault is searched for', () => {
    const folder = mkdtempSync(join(tmpdir(), 'highnoon-planted-'));
    for (const name of ['shared', 'functions', 'build', 'infra', 'docs', 'test/patches', 'node_modules'])
      mkdirSync(join(folder, name), { recursive: true });
    for (const name of ['package.json', 'tsconfig.json', 'test/patches/one.patch', 'test/patches/two.patch'])
      writeFileSync(join(folder, name), 'no patch\n');
    try {
      const { status, stderr } = run('planted.ts', [], { cwd: folder });
      assert.equal(stderr, 'planted: 1 of 2, one\nplanted: 2 of 2, two\n');
      assert.equal(status, 1);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('says how many sequences were compared, calm and contended ones together, and compares all', () => {
    // Without a program by these names there is no emulator.
    const env = { PATH: EMPTY, CI: '' };
    const { status, stdout, stderr } = run('compare-stores.ts', ['21', '12'], { env });
    const told = stderr.split('\n').filter((line) => line.startsWith('compare-stores: '));
    assert.ok(told.length >= 8 && told.length <= 10, stderr);
    assert.equal(told.at(-1), 'compare-stores: 33 of 33 sequences');
    const { sequences, contended, commands } = JSON.parse(stdout) as Record<string, number>;
    assert.deepEqual([sequences, contended], [21, 12]);
    assert.ok(Number(commands) > 12 * 4 + 21, stdout);
    assert.equal(status, 0);
  });

  it('says which told day is played, and by which share', () => {
    const { stderr } = run('told-days.ts', ['19', '20'], { env: { TOLD_DAY: 'T-90 hard' } });
    assert.equal(stderr, 'told-days, share 20 of 20: day 1 of 1, T-90 hard\n');
  });

  it('tells every tenth in groups of three digits, and short work not at all', () => {
    const lines: string[] = [];
    const tell = tenths('worlds', 'played', (line) => lines.push(line));
    for (let done = 1; done <= 2000; done++) tell(done, 2000);
    tenths('worlds', 'played', (line) => lines.push(line))(9, 9);
    assert.equal(lines.length, 10);
    assert.deepEqual([lines[0], lines[9]], ['worlds: 200 of 2,000 played', 'worlds: 2,000 of 2,000 played']);
  });
});

describe('npm run proof', () => {
  it('says on standard error which step begins', () => {
    const { status, stderr } = run('run.mjs', ['--fixed', '--days', '4'], nowhere);
    const steps = ['4 days with faults', 'every single fault of every told day'].flatMap((name) => [
      `begins  ${name}, share 1`,
      `begins  ${name}, share 2`,
    ]);
    assert.deepEqual(
      stderr.split('\n').filter((line) => line.startsWith('begins')),
      steps,
    );
    assert.equal(status, 1);
  });

  it('refuses an option that is not known before anything is played', () => {
    assertRefused('run.mjs', ['--fixd'], /^Unknown option '--fixd'; allowed are --fixed, --days VALUE$/m, nowhere);
    assertRefused('run.mjs', ['fixed'], /'fixed'.*; allowed are --fixed, --days VALUE$/m, nowhere);
    assertRefused('run.mjs', ['--fixed=yes'], /'--fixed'.*; allowed are /m, nowhere);
  });

  it('refuses days that are no whole number, and days without a number', () => {
    assertRefused('run.mjs', ['--days', 'x'], /^--days 'x': a whole number from 2 to \d+ is allowed$/m, nowhere);
    assertRefused('run.mjs', ['--fixed', '--days=0'], /^--days '0': a whole number from 2 /m, nowhere);
    assertRefused('run.mjs', ['--days'], /'--days <value>' argument missing; allowed are /m, nowhere);
    const dashed = /^--days '--fixed': a value is needed, .* --days=VALUE; allowed are --fixed, --days VALUE$/m;
    assertRefused('run.mjs', ['--days', '--fixed'], dashed, nowhere);
    assertRefused('run.mjs', ['--days', '-1'], /^--days '-1': a whole number from 2 to \d+ is allowed$/m, nowhere);
  });
});
