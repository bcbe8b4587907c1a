import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { positionalNames } from '../../functions/cli/arguments.ts';
import { COMMANDS } from '../../functions/cli/commands.ts';

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
