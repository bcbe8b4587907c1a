import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { playAlone } from '../../functions/cli/play-alone.ts';
import { highnoon, temporaryFolder } from './support.ts';

describe('a data folder that cannot be used', () => {
  it('is refused in one line where it is a file', async () => {
    using folder = temporaryFolder();
    const file = join(folder.path, 'notes.txt');
    writeFileSync(file, 'mine');
    for (const command of ['day', 'status']) {
      const { code, err } = await highnoon([command, '--data', file]);
      assert.equal(code, 2, err);
      assert.match(err, /^[^\n]*notes\.txt[^\n]*folder[^\n]*\n$/);
    }
  });

  it('is refused with the file that holds no time', async () => {
    using folder = temporaryFolder();
    const data = join(folder.path, 'data');
    mkdirSync(data);
    for (const text of ['{', '{"now":"yesterday"}', 'null']) {
      writeFileSync(join(data, 'clock.json'), text);
      const { code, err } = await highnoon(['status', '--data', data]);
      assert.equal(code, 2, err);
      assert.match(err, /clock\.json holds no time; \{"now": RFC 3339\} is allowed/);
    }
    assert.deepEqual(readdirSync(data), ['clock.json']);
  });

  it('is refused while another process plays a day there, and taken over from one that is gone', () => {
    using folder = temporaryFolder();
    const data = join(folder.path, 'data');
    {
      using _alone = playAlone(data);
      assert.throws(() => playAlone(data), new RegExp(`process ${process.pid} is playing a day in`));
    }
    assert.deepEqual(readdirSync(data), []);
    const { pid } = spawnSync(process.execPath, ['--version']);
    writeFileSync(join(data, 'playing'), `${pid}\n`);
    using _again = playAlone(data);
    assert.equal(readFileSync(join(data, 'playing'), 'utf8'), `${process.pid}\n`);
  });
});
