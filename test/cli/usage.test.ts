import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseArguments, positionalNames } from '../../functions/cli/arguments.ts';
import { COMMANDS } from '../../functions/cli/commands.ts';

describe('a value that begins with a dash', () => {
  const own = {
    days: { type: 'string', help: 'how many' },
    reason: { type: 'string', help: 'why' },
  } as const;
  const parsed = (...args: string[]) => parseArguments('play', args, own, { least: 0, most: 2 });
  const message = (...args: string[]): string => {
    try {
      parsed(...args);
    } catch (error) {
      return (error as Error).message;
    }
    return 'parsed';
  };

  it('is handed to the command where it is a number, which says what it allows', () => {
    assert.deepEqual({ ...parsed('--days', '-1', 'x').options }, { days: '-1' });
    assert.deepEqual(parsed('--days', '-1', 'x').positionals, ['x']);
    assert.match(message('--days', '-1', '--days', '-2'), /--days is given more than once/);
    assert.deepEqual(parsed('--', '--days', '-1').positionals, ['--days', '-1']);
  });

  it('is refused in one line that names it where it may be another option, mistyped or not', () => {
    for (const [option, value] of [
      ['--reason', '--jsno'],
      ['--days', '--json'],
      ['--reason', '-x'],
    ] as const) {
      const line = message('x', option, value);
      const said = `play: ${option} '${value}': a value is needed, and one that begins with a dash is written ${option}=VALUE`;
      assert.equal(line.split('; allowed are ')[0], said);
      assert.ok(!line.includes('\n'), line);
      assert.match(line, /; allowed are --config, .*--reason$/);
    }
    assert.equal(parsed('--reason=-x').options.reason, '-x');
  });
});

describe('the synopsis of a command', () => {
  it('names everything that it does not run without', () => {
    for (const { name, usage, options, positionals } of COMMANDS) {
      assert.ok(usage.startsWith(name), name);
      const names = positionalNames(name, usage);
      assert.ok(names.length >= positionals.least, `${name}: ${names.join(' ')}`);
      const outsideBrackets = usage.replace(/\[[^\]]*\]/g, '');
      for (const [option, { needed }] of Object.entries(options))
        if (needed !== undefined) assert.match(outsideBrackets, new RegExp(`--${option} `), `${name} --${option}`);
    }
  });
});
