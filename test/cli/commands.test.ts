import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fingerprint, highnoon, temporaryFolder } from './support.ts';

describe('the command line', () => {
  it('tells the next noon, tomorrow at exactly noon', async () => {
    assert.equal((await highnoon(['next', '--at', '2026-11-24T11:59:59Z'])).out, '2026-11-24T12:00:00Z\n');
    assert.equal((await highnoon(['next', '--at', '2026-11-24T12:00:00Z'])).out, '2026-11-25T12:00:00Z\n');
  });

  it('answers mistakes with exit code 2, the value and what is allowed, before anything runs', async () => {
    using folder = temporaryFolder();
    const data = ['--data', folder.path];
    for (const [args, said] of [
      [['next', '--at', 'noon'], /'noon'.*RFC 3339/],
      [['run', 't-91-prep', ...data], /'t-91-prep'.*t-90-prep/],
      [['run', 't-90-prep', '--slot', '2026-11-24T10:31:00Z', ...data], /no such instant/],
      [['run', 't-90-prep', '--frobnicate', ...data], /--frobnicate.*--dry-run/],
      [['day', '--date', '2026-13-01', ...data], /'2026-13-01'/],
      [['day', '--date', '2026-11-31', ...data], /'2026-11-31'/],
      [['stauts'], /Did you mean 'status'/],
      [['help', 'nothing'], /^'nothing' is no command\.\nCommands: day, /],
      [['nothing', '--help'], /^'nothing' is no command\./],
      [['config'], /^'config' is no command\.\nCommands: config check\n$/],
      [['dya'], /Did you mean 'day'/],
      [['snapshots', 'lst'], /Did you mean 'snapshots list'/],
      [['dance'], /'dance' is no command\.\nCommands:/],
      [['xyz'], /'xyz' is no command\.\nCommands:/],
      [['next', '--at', '2026-11-24T12:00:00Z', '--at', '2026-11-25T12:00:00Z'], /--at is given more than once/],
      [['next', '--json', '--json'], /--json is given more than once/],
      [['hold', ...data], /^hold: --reason and --actor are needed: .+ hold --actor NAME --reason TEXT \[--slot T\]\n/],
      [['hold', '--actor', 'a', ...data], /^hold: --reason is needed: /],
      [['hold', '--actor', 'a', '--reason', ' ', ...data], /^hold: --reason is needed: /],
      [['override', '--until', 'T', ...data], /^override: --reason, --actor, --slot and --finding are needed: /],
      [['risks', 'waive', ...data], /^risks waive: ADVISORY, --reason, --actor and --until are needed: /],
      [['hold', '--store', 'firestore'], /^hold: --reason is needed: /],
      [['run', ...data], /^run: PHASE is needed: .+ run PHASE /],
      [['config', 'check'], /^config check: FILE is needed: /],
      [['snapshots', 'diff', 'x', ...data], /^snapshots diff: B is needed: /],
      [['day', '--date', '2026-02-30', ...data], /'2026-02-30': the calendar has no such day/],
      ...['t-90-prep@2026-11-24T10:30Z', '2026-11-24T10:30:00Z', 'tomorrow'].map(
        (slot) =>
          [
            ['hold', '--actor', 'a', '--reason', 'r', '--slot', slot, ...data],
            /--slot '.+': a date, or the time or slot id of a noon, is allowed/,
          ] as const,
      ),
      [['config', 'check', 'no-such-file'], /'no-such-file' cannot be read/],
      [['run', 't-90-prep', '--store', 'redis', ...data], /'redis'.*local or firestore/],
    ] as const) {
      const answer = await highnoon(args);
      assert.equal(answer.code, 2, args.join(' '));
      assert.match(answer.err, said);
      if (!(args as readonly string[]).includes('--json')) assert.equal(answer.out, '');
    }
    assert.deepEqual(fingerprint(folder.path), {});
  });

  it('helps with a command, with those that begin with a word, or with all of them, and tells its version', async () => {
    for (const [args, said] of [
      [['help', 'hold'], /^npm run -s highnoon -- hold --actor NAME/],
      [['hold', '--help'], /^npm run -s highnoon -- hold --actor NAME/],
      [['help', 'config'], /^npm run -s highnoon -- config check FILE\n/],
      [['help', 'snapshots'], /^npm run -s highnoon -- COMMAND\n\n {2}snapshots create/],
      [['help'], /COMMAND\n\n {2}day /],
      [['--help'], /COMMAND\n\n {2}day /],
      [['--version'], /^high-noon \d+\.\d+\.\d+ \(Node \d+\./],
    ] as const) {
      const answer = await highnoon(args);
      assert.equal(answer.code, 0, args.join(' '));
      assert.match(answer.out, said);
    }
    const version = await highnoon(['--version', '--json']);
    assert.equal(version.json<{ schema: string }>().schema, 'highnoon.version/1');
  });

  it('tells the next noon by the clock of the folder, as status does', async () => {
    using folder = temporaryFolder();
    writeFileSync(join(folder.path, 'clock.json'), JSON.stringify({ now: '2031-05-06T11:59:00.000Z' }));
    assert.equal((await highnoon(['next', '--data', folder.path])).out, '2031-05-06T12:00:00Z\n');
    const status = await highnoon(['status', '--data', folder.path, '--json']);
    assert.equal(status.json<{ nextHighNoon: string }>().nextHighNoon, '2031-05-06T12:00:00Z');
  });

  it('refuses settings that the local store would not hear, and tells of them where they are meant for others', async () => {
    using folder = temporaryFolder();
    const data = ['--data', folder.path];
    for (const name of ['HIGHNOON_CLOCK_URL', 'HIGHNOON_ENDPOINT_RUN']) {
      const refused = await highnoon(['run', 't-90-prep', ...data], { [name]: '127.0.0.1:1' });
      assert.equal(refused.code, 2);
      assert.match(refused.err, new RegExp(`${name} is set: allowed with --store firestore`));
      assert.deepEqual(fingerprint(folder.path), {});
    }
    const at = ['--at', '2026-11-24T10:30:00Z', '--dry-run'];
    const environment = { HIGHNOON_STORE: 'local', HIGHNOON_CLOCK_URL: 'http://127.0.0.1:1/' };
    const told = await highnoon(['run', 't-90-prep', ...at, ...data], environment);
    assert.equal(told.code, 0, told.err);
    assert.match(told.err, /not heard by --store local: HIGHNOON_CLOCK_URL/);
  });

  it('says that a store is none, and writes nothing beside it', async () => {
    using folder = temporaryFolder();
    writeFileSync(join(folder.path, 'store.sqlite'), 'a note that somebody saved here');
    const before = fingerprint(folder.path);
    for (const args of [['status'], ['day', '--date', '2026-11-24'], ['snapshots', 'list'], ['ledger', 'verify']]) {
      const answer = await highnoon([...args, '--data', folder.path]);
      assert.equal(answer.code, 2, answer.err);
      assert.match(answer.err, /store\.sqlite is not a store of High Noon; put it back/);
      assert.doesNotMatch(answer.err, /\n\s+at /, 'no stack');
      assert.deepEqual(fingerprint(folder.path), before);
    }
    // The right first bytes, and nothing right behind them.
    writeFileSync(join(folder.path, 'store.sqlite'), `SQLite format 3\0${'x'.repeat(5000)}`);
    const damaged = await highnoon(['status', '--data', folder.path]);
    assert.equal(damaged.code, 2, damaged.err);
    assert.match(damaged.err, /is not a store of High Noon \(.+\); put it back/);
  });

  it('stops on a broken configuration before anything runs', async () => {
    using folder = temporaryFolder();
    const file = join(folder.path, 'broken.yaml');
    writeFileSync(file, 'schema_version: "1"\nfrobnicate: 1\n');
    const data = join(folder.path, 'data');
    const answer = await highnoon(['day', '--config', file, '--data', data]);
    assert.equal(answer.code, 2);
    assert.match(answer.err, /frobnicate/);
    const check = await highnoon(['config', 'check', file, '--json']);
    assert.equal(check.code, 2);
    assert.equal(check.json<{ valid: boolean }>().valid, false);
  });

  it('runs the chain phase by phase with acts between, each at its own time', async () => {
    using folder = temporaryFolder();
    const at = (time: string) => `2026-11-24T${time}:00Z`;
    const call = (...args: string[]) => highnoon([...args, '--data', folder.path, '--json']);
    assert.equal((await call('run', 't-90-prep', '--at', at('10:30'))).code, 0);
    const held = await call('hold', '--actor', 'ana', '--reason', 'supplier', '--at', at('11:00'));
    assert.equal(held.code, 0, held.err);
    assert.equal((await call('run', 't-30-final-check', '--at', at('11:30'))).code, 0);
    const waiting = await call('run', 'high-noon-sync', '--at', at('12:00'));
    assert.equal(waiting.code, 1);
    const view = waiting.json<{ ending: null; status: string; schema: string }>();
    assert.deepEqual([view.schema, view.ending, view.status], ['highnoon.run/1', null, 'waiting']);
    assert.equal((await call('release', '--actor', 'ana', '--reason', 'it is back', '--at', at('12:05'))).code, 0);
    const noon = await call('run', 'high-noon-sync', '--at', at('12:06'));
    assert.equal(noon.code, 0, noon.out);
    const again = await call('run', 'high-noon-sync', '--at', at('12:07'));
    assert.equal(again.code, 0);
    assert.equal(again.json<{ refused: { reason: string } }>().refused.reason, 'duplicate');
    assert.match((await highnoon(['report', '--data', folder.path])).out, /^# HIGH NOON SYNC REPORT/);
  });

  it('locks down, and lets another person lift it', async () => {
    using folder = temporaryFolder();
    const call = (...args: string[]) => highnoon([...args, '--data', folder.path, '--json']);
    assert.equal(
      (await call('lockdown', '--actor', 'sam', '--reason', 'a report', '--at', '2026-11-24T09:00:00Z')).code,
      0,
    );
    assert.equal((await call('run', 't-90-prep', '--at', '2026-11-24T10:30:00Z')).code, 4);
    const own = await call('unlock', '--actor', 'sam', '--reason', 'nothing found');
    assert.equal(own.code, 1);
    assert.equal((await call('unlock', '--actor', 'kim', '--reason', 'nothing found')).code, 0);
    const status = await call('status', '--date', '2026-11-24');
    assert.equal(status.json<{ lockdown: { active: boolean } }>().lockdown.active, false);
    const text = readFileSync(join(folder.path, 'herbitrage.yaml'), 'utf8');
    assert.ok(text.includes('sample://'));
  });
});
