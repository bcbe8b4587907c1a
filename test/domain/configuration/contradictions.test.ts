import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { accepted, type Loose, small, spoilt } from './support.ts';

/** Each contradiction alone: the mistake it gives, and the smallest change that mends it. */
const CASES: [string, (source: Loose) => void, string, ((source: Loose) => void)?][] = [
  [
    'freshness below the cadence',
    (s) => {
      s.memory[0].freshness_h = { warn: 3, max: 5.9, critical: 12 };
    },
    'memory[0].freshness_h.max: is below the cadence: what comes every 6 hours is older than that before the next',
    (s) => {
      s.memory[0].freshness_h.max = 6;
    },
  ],
  [
    'a warning after the limit',
    (s) => {
      s.memory[0].freshness_h.warn = 9;
    },
    'memory[0].freshness_h.warn: is above `max`',
    (s) => {
      s.memory[0].freshness_h.warn = 8;
    },
  ],
  [
    'a critical limit before the limit',
    (s) => {
      s.memory[0].freshness_h.critical = 7.5;
    },
    'memory[0].freshness_h.critical: is below `max`',
    (s) => {
      s.memory[0].freshness_h.critical = 8;
    },
  ],
  [
    'two ways to keep an archive',
    (s) => {
      Object.assign(s.memory[0], { archive: 'weekly', archive_keep: 'forever', archive_keep_days: 3 });
    },
    'memory[0].archive_keep: stands beside `archive_keep_days`',
    (s) => {
      delete s.memory[0].archive_keep;
    },
  ],
  [
    'days for a rule that is not chosen',
    (s) => {
      Object.assign(s.memory[0], { archive: ['weekly'], archive_keep_days: { monthly: 3 } });
    },
    'memory[0].archive_keep_days.monthly: is no rule of `archive` here',
    (s) => {
      s.memory[0].archive = ['weekly', 'monthly'];
    },
  ],
  [
    'days for a rule where no archive is chosen',
    (s) => {
      Object.assign(s.memory[0], { archive_keep_days: { monthly: 3 } });
    },
    'memory[0].archive_keep_days.monthly: is no rule of `archive` here',
    (s) => {
      s.memory[0].archive = 'monthly';
    },
  ],
  [
    'no archive beside an archive',
    (s) => {
      s.memory[0].archive = ['none', 'weekly'];
    },
    'memory[0].archive: names `none` beside other rules',
  ],
  [
    'personal data without a key',
    (s) => {
      s.memory[0].pii = true;
    },
    'memory[0].pii: needs encryption, and there is no key',
    (s) => {
      s.snapshots = { encryption_key: 'secret://snapshots' };
    },
  ],
  [
    'repositories of one name',
    (s) => {
      s.repositories.push({ name: 'Shop', url: 'https://git.example/other' });
    },
    'repositories[1].name: stands here a second time',
    (s) => {
      s.repositories[1].name = 'other';
    },
  ],
  [
    'repositories of one address',
    (s) => {
      s.repositories.push({ name: 'other', url: 'https://git.example/shop' });
    },
    'repositories[1].url: stands here a second time',
  ],
  [
    'services of one name',
    (s) => {
      s.services.push(s.services[0]);
    },
    'services[1].name: stands here a second time',
  ],
  [
    'datasets of one name',
    (s) => {
      s.datasets[1].name = 'sales';
    },
    'datasets[1].name: stands here a second time',
  ],
  [
    'guardrails of one id',
    (s) => {
      s.guardrails[1].id = 'G-1';
    },
    'guardrails[1].id: stands here a second time',
  ],
  [
    'collections of one name',
    (s) => {
      s.memory.push(s.memory[0]);
    },
    'memory[1].collection: stands here a second time',
  ],
  [
    'parity with itself',
    (s) => {
      s.datasets[0].parity_with = { dataset: 'sales', tolerance_pct: 1 };
    },
    'datasets[0].parity_with.dataset: is the dataset itself',
    (s) => {
      s.datasets[0].parity_with.dataset = 'bookings';
    },
  ],
  [
    'parity with an unknown dataset',
    (s) => {
      s.datasets[0].parity_with = { dataset: 'ledger', tolerance_pct: 1 };
    },
    'datasets[0].parity_with.dataset: names no dataset',
  ],
  [
    'unknown evidence',
    (s) => {
      s.guardrails[0].evidence = 'returns';
    },
    'guardrails[0].evidence: names no evidence',
  ],
  [
    'an unknown join',
    (s) => {
      s.guardrails[1].join = 'chekcs';
    },
    'guardrails[1].join: names no evidence; did you mean `checks`?',
  ],
  [
    'a join with itself',
    (s) => {
      s.guardrails[1].join = 'orders';
    },
    'guardrails[1].join: is the evidence itself',
  ],
  [
    'an unknown inventory',
    (s) => {
      s.guardrails[0] = {
        id: 'G-1',
        title: 't',
        check: 'secrets_clean',
        evidence: 'checks',
        deny_paths: ['**/.env'],
        inventory: 'secrts',
        max_rotation_days: 90,
        severity: 'high',
      };
    },
    'guardrails[0].inventory: names no evidence',
  ],
  [
    'a field that its evidence does not declare',
    (s) => {
      s.guardrails[1].match = ['idd'];
    },
    'guardrails[1].match[0]: names no field that evidence `orders` declares; did you mean `id`?',
    (s) => {
      s.guardrails[1].match = ['id'];
    },
  ],
  [
    'two short names alike',
    (s) => {
      s.evidence.checks.alias = 'o';
    },
    'evidence.checks.alias: means evidence `orders` already',
    (s) => {
      s.evidence.checks.alias = 'k';
    },
  ],
  [
    'a document in an unknown repository',
    (s) => {
      s.docs = [{ path: 'a.md', repository: 'shp', max_age_h: 1, severity: 'high' }];
    },
    'docs[0].repository: names no repository; did you mean `shop`?',
    (s) => {
      s.docs[0].repository = 'shop';
    },
  ],
  [
    'another compliance level in the manifests',
    (s) => {
      s.manifest_rules = { require_env: { COMPLIANCE_LEVEL: '18+' } };
    },
    'manifest_rules.require_env.COMPLIANCE_LEVEL: differs from `deployment.compliance_level`',
    (s) => {
      s.manifest_rules.require_env.COMPLIANCE_LEVEL = '21+';
    },
  ],
  [
    'another compliance level in a guardrail',
    (s) => {
      s.guardrails[0] = {
        id: 'G-1',
        title: 't',
        check: 'config_equals',
        evidence: 'checks',
        field: 'COMPLIANCE_LEVEL',
        value: '18+',
        severity: 'critical',
      };
    },
    'guardrails[0].value: differs from `deployment.compliance_level`',
  ],
  [
    'a release ref on the default branch',
    (s) => {
      s.repositories[0].release_ref = 'refs/heads/main';
    },
    'repositories[0].release_ref: is the default branch, which is never written',
    (s) => {
      s.repositories[0].default_branch = 'trunk';
    },
  ],
  [
    'a release ref on the fence',
    (s) => {
      s.repositories[0].release_ref = 'refs/heads/high-noon/fence';
    },
    'repositories[0].release_ref: is a ref that High Noon writes for itself',
  ],
  [
    'a warning that never comes',
    (s) => {
      s.guardrails[0] = {
        id: 'G-1',
        title: 't',
        check: 'max_age_days',
        evidence: 'checks',
        field: 'at',
        max: 90,
        warn: 90,
        severity: 'high',
      };
    },
    'guardrails[0].warn: never warns: it is not below `max`',
    (s) => {
      s.guardrails[0].warn = 89;
    },
  ],
  [
    'a key outside the schema',
    (s) => {
      s.datasets[0].schema = { at: 'timestamp' };
    },
    'datasets[0].key: is no field of `schema`',
    (s) => {
      s.datasets[0].schema.id = 'string';
    },
  ],
  [
    'a service account that may act',
    (s) => {
      s.people = { operators: ['a@b.example', 'c@d.example', 'x@p.iam.gserviceaccount.com'] };
    },
    'people.operators[2]: is a service account; acts are those of people',
  ],
  [
    'one person for acts of two',
    (s) => {
      s.people = { operators: ['a@b.example'], security: ['A@b.example'] };
    },
    'people: has one person who may act, and lifting a lockdown takes two',
    (s) => {
      s.people.single_operator = true;
    },
  ],
  [
    'two people who are one',
    (s) => {
      s.people = { operators: ['a@b.example', 'c@d.example'], single_operator: true };
    },
    'people.single_operator: says one operator, and 2 people are named',
    (s) => {
      s.people.single_operator = false;
    },
  ],
  [
    'an audience without a token',
    (s) => {
      s.services[0].audience = 'https://gate.example';
    },
    'services[0].audience: stands without `auth: oidc`',
    (s) => {
      s.services[0].auth = 'oidc';
    },
  ],
  [
    'an audience that is not listed',
    (s) => {
      Object.assign(s.services[0], { auth: 'oidc', audience: 'https://other.example' });
    },
    'services[0].audience: is neither the base address of `url` nor listed',
    (s) => {
      s.network = { allowed_audiences: ['https://other.example'] };
    },
  ],
  [
    'mail without a sender',
    (s) => {
      s.escalations = { mail_to: ['a@b.example'] };
    },
    'escalations.mail_to: has no sender',
    (s) => {
      s.escalations.mail_from = 'noon@b.example';
    },
  ],
  [
    'mail without a receiver',
    (s) => {
      s.escalations = { mail_from: 'noon@b.example' };
    },
    'escalations.mail_from: has no receiver',
    (s) => {
      s.escalations.mail_to = ['a@b.example'];
    },
  ],
  [
    'a judged field that its evidence does not declare',
    (s) => {
      s.guardrails[0] = {
        id: 'G-1',
        title: 't',
        check: 'max_age_days',
        evidence: 'orders',
        field: 'att',
        max: 9,
        severity: 'high',
      };
    },
    'guardrails[0].field: names no field that evidence `orders` declares; did you mean `at`?',
    (s) => {
      s.guardrails[0].field = 'at';
    },
  ],
];

describe('contradictions', () => {
  for (const [what, spoil, expected, mend] of CASES) {
    it(`refuse ${what}`, () => assert.ok(spoilt(spoil).includes(expected), JSON.stringify(spoilt(spoil))));
    if (mend === undefined) continue;
    it(`of ${what} are gone when one side changes`, () => {
      const source = small();
      spoil(source);
      mend(source);
      accepted(source);
    });
  }

  it('are not told of what is missing: that is told once, where it is missing', () => {
    const lines = spoilt((source) => {
      delete source.deployment.compliance_level;
      source.manifest_rules = { require_env: { COMPLIANCE_LEVEL: '21+' } };
    });
    assert.deepEqual(lines, ['deployment.compliance_level: is missing']);
  });

  it('are not told of settings, which are no fields of records', () => {
    const source = small();
    source.guardrails[0] = {
      id: 'G-1',
      title: 't',
      check: 'config_min',
      evidence: 'orders',
      field: 'MIN_AGE',
      value: 21,
      severity: 'high',
    };
    accepted(source);
  });
});
