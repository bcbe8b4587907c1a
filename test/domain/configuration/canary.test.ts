import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { UsageError } from '../../../shared/domain/errors.ts';
import { checkConfiguration } from '../../../shared/runtime/load-configuration.ts';
import { type Loose, small } from './support.ts';

const CANARIES = [
  'ghp_c4n4ryC4N4RYc4n4ryC4N4RY0123456789',
  'sk_live_c4n4ryC4N4RYc4n4ry01',
  'https://ana:c4n4ryC4N4RY@host.example/hook',
  'Bearer c4n4ryC4N4RYc4n4ry',
];

/** Every place of the configuration that holds text, and those that may hold a reference to a secret. */
function placesOf(tree: Loose, at: (string | number)[] = []): (string | number)[][] {
  if (typeof tree === 'string') return [at];
  if (tree === null || typeof tree !== 'object') return [];
  return Object.keys(tree).flatMap((key) => placesOf(tree[key], [...at, Array.isArray(tree) ? Number(key) : key]));
}
const REFERENCES = [
  ['repositories', 0, 'token'],
  ['repositories', 0, 'write_token'],
  ['services', 0, 'auth', 'token'],
  ['snapshots', 'encryption_key'],
  ['alerts', 'webhook'],
  ['alerts', 'chat', 'webhook'],
  ['alerts', 'mail_server'],
  ['alerts', 'mail', 'mail_server'],
];

function withAt(path: readonly (string | number)[], value: string): Loose {
  const source = small();
  let here = source;
  for (const part of path.slice(0, -1)) {
    here[part] ??= {};
    here = here[part];
  }
  here[path.at(-1) ?? ''] = value;
  return source;
}

describe('a secret written into a configuration', () => {
  const places = [...placesOf(small()), ...REFERENCES];

  it('is refused wherever it stands, and repeated nowhere', () => {
    assert.ok(places.length > 40);
    for (const place of places) {
      for (const canary of CANARIES) {
        const text = JSON.stringify(withAt(place, canary));
        for (const local of [true, false]) {
          let refusal: unknown;
          try {
            checkConfiguration(Buffer.from(text), 'herbitrage.yaml', { local });
          } catch (error) {
            refusal = error;
          }
          assert.ok(refusal instanceof UsageError, `${place.join('.')} took ${canary}`);
          const all = `${refusal.message} ${refusal.stack} ${JSON.stringify(refusal)} ${String(refusal.cause)}`;
          assert.ok(!all.includes(canary) && !all.includes('c4n4ryC4N4RY'), `${place.join('.')}: ${all}`);
        }
      }
    }
  });

  it('is repeated nowhere as a key, in a comment, or where the text is no YAML', () => {
    for (const canary of CANARIES) {
      const text = JSON.stringify(small());
      for (const source of [
        `# ${canary}\n${text}`,
        `{"${canary}": 1, ${text.slice(1)}`,
        `${text.slice(0, -1)}, x: [${canary}`,
        `"${canary}`,
        `a: &${canary.replaceAll(/[^A-Za-z0-9]/g, '')} [*x]\nb: ${canary}`,
      ]) {
        assert.throws(
          () => checkConfiguration(Buffer.from(source), 'herbitrage.yaml', { local: true }),
          (error: Error) => error instanceof UsageError && !error.message.includes('c4n4ryC4N4RY'),
          source.slice(0, 80),
        );
      }
    }
  });
});
