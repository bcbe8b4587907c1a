import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Row } from './report.ts';

const RUN = resolve('test/bench/run.mjs');
const BENCHES = globSync('test/bench/*.bench.ts').sort();
const nameOf = (file: string): string => basename(file, '.bench.ts');

/** Benches that measure nothing: each prints what it was given, under another name than its own. */
const STAND_IN = (usage: string, code = 0) =>
  `/** Usage: node x.bench.ts ${usage} */\nconsole.log(JSON.stringify({ bench: 'mine', given: process.argv.slice(2) }));\nprocess.exitCode = ${code};\n`;

describe('npm run bench', () => {
  const folder = mkdtempSync(join(tmpdir(), 'highnoon-benches-'));
  before(() => {
    mkdirSync(join(folder, 'test/bench'), { recursive: true });
    writeFileSync(join(folder, 'test/bench/one.bench.ts'), STAND_IN('[--suites N] [--apart] [--quick] [--json]'));
    writeFileSync(join(folder, 'test/bench/two.bench.ts'), STAND_IN('[--json]'));
    writeFileSync(join(folder, 'test/bench/wary.bench.ts'), STAND_IN('[--size N] [--json]', 2));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const bench = (...args: string[]) => spawnSync(process.execPath, [RUN, ...args], { cwd: folder, encoding: 'utf8' });
  const lines = (stdout: string) =>
    stdout
      .trim()
      .split('\n')
      .map((line) => {
        const { at, load, ...rest } = JSON.parse(line) as { bench: string; given: string[]; at: string; load: number };
        // When it began, and how busy the machine was then.
        assert.match(at, /^\d{4}-\d\d-\d\dT\d\d:\d\dZ$/);
        assert.ok(load >= 0);
        return rest;
      });
  function assertRefused(args: readonly string[], line: string): void {
    const { status, stdout, stderr } = bench(...args);
    assert.deepEqual({ status, stdout, stderr }, { status: 2, stdout: '', stderr: `${line}\n` });
  }

  it('runs every bench with the common options, each told under its own name', () => {
    const { stdout } = bench('--json', '--quick');
    const given = ['--json', '--quick'];
    assert.deepEqual(lines(stdout), [
      { bench: 'one', given },
      { bench: 'two', given },
      { bench: 'wary', given },
    ]);
  });

  it('runs those that are named, and says by 0 that all ended well', () => {
    const { status, stdout } = bench('two', 'one', '--json');
    assert.deepEqual([status, lines(stdout).map((line) => line.bench)], [0, ['one', 'two']]);
  });

  it('refuses an unknown name beside a known one before any bench runs', () => {
    assertRefused(['one', 'tow', '--json'], "bench 'tow': allowed are one, two, wary");
  });

  it('refuses an unknown option before any bench runs', () => {
    const rest = "allowed are --json, --quick; a bench's own when that bench alone is named";
    assertRefused(['--quik'], `option '--quik': ${rest}`);
    assertRefused(['one', 'two', '--suites=3'], `option '--suites=3': ${rest}`);
    assertRefused(['--suites=3'], `option '--suites=3': ${rest}`);
    assertRefused(['two', '--suites=3'], "option '--suites=3': allowed are --json, --quick");
    assertRefused(['one', '--quik'], "option '--quik': allowed are --json, --quick, --suites=VALUE, --apart");
    assertRefused(['one', '--quick=1'], "option '--quick=1': allowed is --quick");
  });

  it("hands a bench's own options to it when it alone is named", () => {
    const { status, stdout } = bench('one', '--json', '--suites=3', '--apart');
    assert.deepEqual([status, lines(stdout)], [0, [{ bench: 'one', given: ['--json', '--suites=3', '--apart'] }]]);
  });

  it('wants the value of an option behind an equals sign', () => {
    assertRefused(['one', '--suites'], "option '--suites': allowed is --suites=VALUE");
    assertRefused(['one', '--suites='], "option '--suites=': allowed is --suites=VALUE");
    assertRefused(['one', '--apart=yes'], "option '--apart=yes': allowed is --apart");
    assertRefused(['one', '--suites', '3'], "option '--suites': allowed is --suites=VALUE");
  });

  it('refuses what stands first: a mistyped bench before the options that were meant for it', () => {
    assertRefused(['oen', '--suites=3'], "bench 'oen': allowed are one, two, wary");
    assertRefused(['one', '--suites=3', 'tow'], "bench 'tow': allowed are one, two, wary");
  });

  it('tells by --help how it is called, with the options of every bench, and runs none', () => {
    const { status, stdout, stderr } = bench('one', '--help');
    assert.deepEqual([status, stderr], [0, '']);
    assert.match(stdout, /^npm run bench -- \[BENCH \.\.\.\] \[OPTION \.\.\.\]$/m);
    assert.match(stdout, /^ {2}--json .*\n {2}--quick /m);
    assert.match(stdout, /^ {2}one {3}--suites=VALUE --apart\n {2}two\n {2}wary {2}--size=VALUE$/m);
    assert.doesNotMatch(stdout, /mine/);
  });

  it('passes a refusal of the one bench on, and says by 1 that one of several failed', () => {
    assert.equal(bench('wary', '--json', '--size=x').status, 2);
    assert.equal(bench('wary', 'one', '--json').status, 1);
  });
});

describe('the table of a bench', () => {
  const ROWS: readonly Row[] = [
    { what: 'fine', value: 1, unit: 's', reach: 2 },
    { what: 'slow', value: 3, unit: 's', reach: 2 },
    { what: 'only told', value: 3, unit: 's' },
  ];
  const told = (rows: readonly Row[], ...args: string[]): string => {
    const script = `import { tell } from ${JSON.stringify(resolve('test/bench/report.ts'))}; tell('one', ${JSON.stringify(rows)});`;
    const how = { encoding: 'utf8' as const };
    return spawnSync(process.execPath, ['--input-type=module', '--eval', script, '--', ...args], how).stdout;
  };

  it('judges each figure that is to reach something, and closes with how many did', () => {
    const lines = told(ROWS).trimEnd().split('\n');
    assert.match(lines[0] ?? '', /^fine .* reached \(<= 2\)$/);
    assert.match(lines[1] ?? '', /^slow .* NOT reached \(<= 2\)$/);
    assert.deepEqual(lines.slice(3), ['1 of 2 targets reached']);
    assert.doesNotMatch(told(ROWS.slice(2)), /target/);
  });

  it('judges nothing where it was to be quick, and says so once; the line for machines says it too', () => {
    const text = told(ROWS, '--quick');
    assert.match(text, /^\(quick: not judged\)\nfine /);
    assert.doesNotMatch(text.slice(text.indexOf('\n')), /reached|target|judged/);
    assert.deepEqual(JSON.parse(told(ROWS, '--quick', '--json')), { bench: 'one', quick: true, rows: ROWS });
    assert.deepEqual(JSON.parse(told(ROWS, '--json')), { bench: 'one', rows: ROWS });
  });
});

describe('each bench', () => {
  /** The options that a bench reads, by name. */
  const read = (text: string): string[] =>
    [...text.matchAll(/\b([a-z]+): \{ type: '(?:string|boolean)'/g)].map(([, name]) => `--${name}`).sort();
  const told = (text: string) =>
    [...text.matchAll(/\[(--[a-z-]+)(?: [^\]]+)?\]/g)].map(([, name]) => name ?? '').sort();

  for (const file of BENCHES) {
    const text = readFileSync(file, 'utf8');
    const options = read(text);
    it(`${nameOf(file)} tells at its head the options that it reads, --quick and --json among them`, () => {
      assert.deepEqual(told(text), options);
      for (const common of ['--json', '--quick']) assert.ok(options.includes(common), common);
    });
  }

  it('refuses a value that is not allowed, and an option that it does not know', () => {
    for (const [name, option, line] of [
      ['forecast', '--suites=x', "--suites 'x': a whole number from 1 to 10000 is allowed"],
      ['forecast', '--seeds=1,,2', "--seeds '1,,2': allowed are whole numbers below 1000000000 with commas between"],
      ['forecast', '--outliers=many', "--outliers 'many': allowed are usual, spiky"],
      ['advisories', '--files=0', "--files '0': a whole number from 1 to 1000 is allowed"],
      ['guardrails', '--documents=-1', "--documents '-1': a whole number from 1 to 10000000 is allowed"],
      ['policy', '--documents=1e3', "--documents '1e3': a whole number from 1 to 10000000 is allowed"],
      ['snapshots', '--rounds=0', "--rounds '0': a whole number from 1 to 100 is allowed"],
      ['snapshots', '--large=x', "--large 'x': a whole number from 100 to 10000000 is allowed"],
      ['snapshot-emulator', '--documents=', "--documents '': a whole number from 100 to 1000000 is allowed"],
      ['start', '--runs=x', "--runs 'x': a whole number from 1 to 10000 is allowed"],
      ['start', '--archive=/dev/null', "--archive '/dev/null': a folder with an index.mjs is allowed"],
      ['curve', '--days=3', "Unknown option '--days'; allowed are --quick, --json"],
      ['day', '--days=3', "Unknown option '--days'; allowed are --quick, --json"],
      ['load', '--days=3', "Unknown option '--days'; allowed are --quick, --json"],
      ['simulation', '--days=3', "Unknown option '--days'; allowed are --quick, --json"],
      ['weekly', '--days=3', "Unknown option '--days'; allowed are --quick, --json"],
      ['operator-page', '--days=3', "Unknown option '--days'; allowed are --quick, --json"],
    ] as const) {
      const how = { encoding: 'utf8' as const };
      const { status, stdout, stderr } = spawnSync(process.execPath, [`test/bench/${name}.bench.ts`, option], how);
      assert.deepEqual([status, stdout], [2, ''], `${name} ${option}: ${stderr}`);
      assert.ok(stderr.startsWith(line) && stderr.trim().split('\n').length === 1, `${name} ${option}: ${stderr}`);
    }
  });

  it('takes fewer documents, suites or days when it is to be quick', () => {
    const quick = (name: string, ...more: string[]) => {
      const args = [RUN, name, '--quick', '--json', ...more];
      const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
      assert.equal(status, 0, stderr);
      const { bench, quick, rows } = JSON.parse(stdout) as { bench: string; quick: boolean; rows: Row[] };
      assert.deepEqual([bench, quick], [name, true]);
      return (what: string) => rows.find((row) => row.what === what)?.value;
    };
    assert.equal(quick('forecast')('suites of 64 daily series, usual outliers'), 1);
    const advisories = quick('advisories', '--files=4');
    assert.deepEqual(['lockfiles', 'packages read', 'advisories judged'].map(advisories), [4, 4000, 300]);
    assert.equal(quick('guardrails', '--documents=1500')('documents'), 1500);
    assert.equal(quick('policy')('documents'), 2000);
    assert.equal(quick('operator-page')('days of history'), 30);
  });
});
