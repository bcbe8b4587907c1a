import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { explainMistakes, strikeOut } from '../../../shared/domain/configuration/index.ts';
import { accepted, exampleBytes, type Loose, mistakesOf, parse, small } from './support.ts';

// Joined at run time, so that this file holds no secret-shaped text itself.
const SECRETS: readonly (readonly [kind: string, text: string])[] = [
  ['a private key', ['-----BEGIN', 'RSA PRIVATE', 'KEY-----\nMIIEowIBAAKCAQEA75xQ'].join(' ')],
  ['a GitHub token', `ghp_${'Ab3'.repeat(12)}`],
  ['a GitHub token', `github_pat_${'11ABC'.repeat(10)}`],
  ['a Google API key', `AIza${'Sy4dE'.repeat(7)}`],
  ['a Slack token', ['xoxb', '123456789012', 'abcDEF'].join('-')],
  ['a bearer token', `Bearer ${'a1B2'.repeat(8)}`],
  ['a JSON web token', ['eyJhbGciOiJIUzI1', 'eyJzdWIiOiIxMjM0', 'c2lnbmF0dXJl'].join('.')],
  ['an AWS access key', `AKIA${'IOSF'.repeat(4)}`],
  ['a password in a URL', `https://${['noon', 'hunter22'].join(':')}@db.example/x`],
];

function told(source: Loose): string {
  const result = parse(source);
  assert.equal(result.ok, false, 'a secret was accepted');
  return result.ok ? '' : explainMistakes(result.mistakes, 'test.yaml') + JSON.stringify(result);
}

describe('secrets written out', () => {
  for (const [kind, secret] of SECRETS) {
    it(`of the form of ${kind} (${secret.slice(0, 4)}) are refused wherever they stand and never repeated`, () => {
      const places: ((source: Loose) => void)[] = [
        (source) => {
          source.services[0].note = secret;
        },
        (source) => {
          source.services[0].expect = { json: { deep: [{ er: secret }] } };
        },
        (source) => {
          source.deployment.region = secret;
        },
        (source) => {
          source.guardrails[0].owner = `x ${secret} y`;
        },
        (source) => {
          source.unknown = secret;
        },
        (source) => {
          source.repositories[0].url = secret;
        },
      ];
      for (const place of places) {
        const source = small();
        place(source);
        const text = told(source);
        assert.match(text, new RegExp(`contains ${kind}`));
        assert.ok(!text.includes(secret.slice(6, 26)), text);
      }
    });

    it(`of the form of ${kind} (${secret.slice(0, 4)}) are refused in keys and comments too`, () => {
      const key = small();
      key.manifest_rules = { require_env: { [secret]: 'x' } };
      const comment = `# ${secret.replaceAll('\n', ' ')}\n${JSON.stringify(small())}`;
      for (const source of [key, comment]) {
        const text = told(source);
        assert.match(text, /contains (?:a|an) /);
        assert.ok(!text.includes(secret.slice(6, 26)), text);
      }
    });
  }

  it('are refused by the name of their key', () => {
    for (const key of ['API_TOKEN', 'DB_PASSWORD', 'clientSecret', 'STRIPE_API_KEY', 'PRIVATE_KEY', 'secret']) {
      const source = small();
      source.manifest_rules = { require_env: { [key]: 'hunter22' } };
      const [mistake] = mistakesOf(source);
      assert.deepEqual(
        [mistake?.path, mistake?.message, mistake?.value],
        [`manifest_rules.require_env.${key}`, 'is a secret written out', '[struck out]'],
      );
    }
    const source = small();
    source.repositories[0].token = 'hunter22';
    assert.ok(!told(source).includes('hunter22'));
    source.repositories[0] = { name: 'shop', url: 'https://git.example/shop', password: 'hunter22' };
    assert.ok(!told(source).includes('hunter22'));
  });

  it('are refused where a guardrail would compare them', () => {
    const source = small();
    source.guardrails[0] = {
      id: 'G-1',
      title: 't',
      check: 'config_equals',
      evidence: 'checks',
      field: 'SESSION_SECRET',
      value: 'hunter22',
      severity: 'high',
    };
    assert.ok(!told(source).includes('hunter22'));
    source.guardrails[0].value = 'true';
    accepted(source);
  });

  it('do not include settings, types and references that only sound like secrets', () => {
    const source = small();
    source.manifest_rules = { require_env: { REQUIRE_TOKEN: 'true', TOKEN_TTL: '5m' } };
    source.evidence.orders.fields.token = 'string';
    source.repositories[0].token = 'projects/example-shop/secrets/git/versions/7';
    source.services[0].auth = { token: 'secret://gate' };
    source.snapshots = { encryption_key: 'secret://snapshots' };
    accepted(source);
  });

  it('are told once where they stand as a value', () => {
    const source = small();
    source.services[0].note = SECRETS[1]?.[1];
    assert.deepEqual(
      mistakesOf(source).map(({ path }) => path),
      ['services[0].note'],
    );
  });

  it('are refused in escaped form', () => {
    const source = JSON.stringify(small()).replace('"America/Chicago"', '"\\x67hp_\\x41b3Ab3Ab3Ab3Ab3Ab3Ab3"');
    assert.match(
      mistakesOf(source)
        .map(({ message }) => message)
        .join(),
      /contains a GitHub token/,
    );
  });

  it('are told even when the file is no YAML', () => {
    assert.match(
      mistakesOf(`a: [\n# ${SECRETS[1]?.[1]}\n`)
        .map(({ message }) => message)
        .join(),
      /contains a GitHub token/,
    );
  });

  it('are not found in the worked example', () => {
    accepted(exampleBytes);
  });
});

describe('references to environment variables', () => {
  it('hold in the local runtime only', () => {
    const source = small();
    source.repositories[0].token = 'env:GIT_TOKEN';
    accepted(source, { allowLoopbackHttp: true });
    accepted(source, { allowSample: true });
    assert.deepEqual(
      mistakesOf(source).map(({ path }) => path),
      ['repositories[0].token'],
    );
  });
});

describe('what is shown', () => {
  it('loses runs of random characters and keeps words, paths and addresses', () => {
    assert.equal(strikeOut('key q7Zp2Xw9Lk4Vn8Rt3Yb6Mc1 end'), 'key [struck out] end');
    assert.equal(strikeOut('0123456789abcdef0123456789abcdef'), '[struck out]');
    for (const text of [
      'refs/heads/high-noon/release',
      'https://integration-service.example/health',
      'docs/IdentityPlatform_21Plus_UNF.md',
      'square_bank_accounts',
    ]) {
      assert.equal(strikeOut(text), text);
    }
  });
});
