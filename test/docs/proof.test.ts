import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';

const text = readFileSync('docs/proof.md', 'utf8');
const commands = [...text.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap((match) =>
  (match[1] ?? '').split('\n').filter((line) => line !== ''),
);
const proof = readFileSync('test/proof/run.mjs', 'utf8');

describe('docs/proof.md', () => {
  it('names only commands that `npm run proof` runs, and every script of it', () => {
    const scripts = [...proof.matchAll(/'(test\/proof\/[a-z-]+\.ts)'/g)].map((match) => match[1] ?? '');
    assert.ok(scripts.length > 5);
    for (const script of scripts)
      assert.ok(
        commands.some((command) => command.includes(script)),
        `${script} is told`,
      );
    for (const command of commands) {
      const script = /^node (test\/proof\/[a-z-]+\.ts)/.exec(command)?.[1];
      const isKnown =
        script === undefined ? /^npm run (-s highnoon -- simulate|proof)/.test(command) : scripts.includes(script);
      assert.ok(isKnown, command);
      if (script !== undefined) assert.ok(existsSync(script), script);
    }
  });

  it('names only files that are there', () => {
    for (const [, path] of text.matchAll(/`((?:test|shared|docs)\/[\w./-]+)`/g))
      assert.ok(existsSync(path ?? ''), path);
  });
});
