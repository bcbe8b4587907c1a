import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { explainMistakes } from '../../../shared/domain/configuration/index.ts';
import { type Loose, mistakesOf, small, spoilt } from './support.ts';

describe('a mistake', () => {
  it('tells its path, its value, what is wrong, what is allowed, and its place in the text', () => {
    const text = 'schema_version: "1"\nrepositories:\n  - {name: shop, url: "ftp://git.example/shop"}\n';
    const mistake = mistakesOf(text).find(({ path }) => path === 'repositories[0].url');
    assert.deepEqual(
      { ...mistake, allowed: '' },
      {
        path: 'repositories[0].url',
        value: '"ftp://git.example/shop"',
        message: 'is not an `https://` address',
        allowed: '',
        line: 3,
        column: 23,
      },
    );
    assert.match(mistake?.allowed ?? '', /^`https:\/\/HOST\/PATH`/);
  });

  it('does not hide the others: mistakes of every section are told together, in the order of the file', () => {
    const lines = spoilt((source) => {
      source.deployment.region = 'mars';
      source.services[0].p95_ms = 'fast';
      source.datasets[0].parity_with = { dataset: 'sale', tolerance_pct: 1 };
      source.memory[0].freshness_h.max = 4;
      source.guardrails[0].evidence = 'order';
    });
    assert.deepEqual(lines, [
      'deployment.region: is not a region',
      'services[0].p95_ms: is text',
      'datasets[0].parity_with.dataset: names no dataset; did you mean `sales`?',
      'guardrails[0].evidence: names no evidence; did you mean `orders`?',
      'memory[0].freshness_h.warn: is above `max`',
      'memory[0].freshness_h.max: is below the cadence: what comes every 6 hours is older than that before the next',
    ]);
  });

  it('about a missing key stands at the map that lacks it', () => {
    const source = 'schema_version: "1"\ndeployment: {project_id: example-shop}\nrepositories: [{name: a}]\n';
    const missing = mistakesOf(source).map(({ path, message, line }) => [path, message, line]);
    assert.deepEqual(missing.at(0), ['deployment.region', 'is missing', 2]);
    assert.deepEqual(missing.at(-1), ['repositories[0].url', 'is missing', 3]);
  });

  it('shortens a long value', () => {
    const source = small();
    source.services[0].note = 'x '.repeat(500);
    assert.ok((mistakesOf(source)[0]?.value.length ?? 0) < 90);
  });

  it('is explained to people with verdict, place, value and what is allowed', () => {
    const text = explainMistakes(
      [{ path: 'a.b', value: '1', message: 'is a number', allowed: 'text', line: 2, column: 5 }],
      'my.yaml',
      3,
    );
    assert.equal(
      text,
      'my.yaml: 4 mistakes; nothing was run.\n\nmy.yaml:2:5\n  a.b is a number\n  found:   1\n  allowed: text\n\n... and 3 more.',
    );
    assert.match(
      explainMistakes([{ path: '', value: '', message: 'is empty', allowed: 'x' }], 'f'),
      /^f: 1 mistake; .*\n\nf\n {2}the file is empty\n/,
    );
  });
});

describe('unknown keys', () => {
  it('are refused everywhere, with the nearest known key', () => {
    const lines = spoilt((source) => {
      source.servces = [];
      source.services[0].citical = true;
      source.guardrails[0].sevrity = 'high';
      source.weekly = { vuln: { failat: 'high' } };
      source.repositories[0].zzz = 1;
    });
    assert.deepEqual(lines.toSorted(), [
      'guardrails[0].sevrity: is an unknown key; did you mean `severity`?',
      'repositories[0].zzz: is an unknown key',
      'servces: is an unknown key; did you mean `services`?',
      'services[0].citical: is an unknown key; did you mean `critical`?',
      'weekly.vuln.failat: is an unknown key; did you mean `fail_at`?',
    ]);
  });

  it('that belong to another kind of guardrail are unknown to this one', () => {
    assert.deepEqual(
      spoilt((source) => {
        source.guardrails[1].expr = 'true';
      }),
      ['guardrails[1].expr: is an unknown key'],
    );
  });

  it('for waivers say that waivers are acts of people', () => {
    for (const spoil of [
      (source: Loose) => {
        source.waivers = [{ guardrail: 'G-1', until: '2027-01-01' }];
      },
      (source: Loose) => {
        source.guardrails[0].waived_until = '2027-01-01';
      },
    ])
      assert.match(spoilt(spoil).join('\n'), /acts of people/);
  });

  it('for times and budgets of phases say that they stand in the catalog', () => {
    for (const spoil of [
      (source: Loose) => {
        source.phases = [{ name: 't-90-prep' }];
      },
      (source: Loose) => {
        source.deployment.budget_minutes = 15;
      },
      (source: Loose) => {
        source.schedule = '0 12 * * *';
      },
      (source: Loose) => {
        source.alerts = { launch_window_s: 1 };
      },
    ])
      assert.match(spoilt(spoil).join('\n'), /stand in the catalog/);
  });
});

describe('values', () => {
  const cases: [string, (source: Loose) => void, RegExp][] = [
    [
      'fewer than one repository',
      (s) => {
        s.repositories = [];
      },
      /^repositories: has fewer than 1 entries$/,
    ],
    [
      'an unquoted version',
      (s) => {
        s.schema_version = 1;
      },
      /^schema_version: is not one of the allowed values$/,
    ],
    [
      'a number where text is expected',
      (s) => {
        s.repositories[0].name = 12;
      },
      /^repositories\[0\]\.name: is a number$/,
    ],
    [
      'text where a number is expected',
      (s) => {
        s.memory[0].retain_days = '30';
      },
      /^memory\[0\]\.retain_days: is text$/,
    ],
    [
      'a fraction where a whole number is expected',
      (s) => {
        s.memory[0].retain_days = 1.5;
      },
      /^memory\[0\]\.retain_days: is a number$/,
    ],
    [
      'a number outside its range',
      (s) => {
        s.datasets[0].max_drop_pct = 101;
      },
      /^datasets\[0\]\.max_drop_pct: is above 100$/,
    ],
    [
      'an unknown kind of guardrail',
      (s) => {
        s.guardrails[0].check = 'record_all';
      },
      /^guardrails\[0\]\.check: .* did you mean `records_all`\?$/,
    ],
    [
      'an unknown severity',
      (s) => {
        s.guardrails[0].severity = 'hgh';
      },
      /did you mean `high`\?$/,
    ],
    [
      'an unknown time zone',
      (s) => {
        s.deployment.store_timezone = 'America/Chcago';
      },
      /store_timezone: is not a known time zone$/,
    ],
    [
      'an offset instead of a time zone',
      (s) => {
        s.deployment.store_timezone = '+05:00';
      },
      /store_timezone: is not a time zone$/,
    ],
    [
      'a compliance level that is switched off',
      (s) => {
        s.deployment.compliance_level = 'none';
      },
      /compliance_level: switches compliance off$/,
    ],
    [
      'a name with a slash',
      (s) => {
        s.services[0].name = 'a/b';
      },
      /^services\[0\]\.name: is not a name$/,
    ],
    [
      'a name with two dots',
      (s) => {
        s.datasets[1].name = 'a..b';
      },
      /^datasets\[1\]\.name: is not a name$/,
    ],
    [
      'a reserved name',
      (s) => {
        s.memory[0].collection = '__ops__';
      },
      /^memory\[0\]\.collection: /,
    ],
    [
      'a name that every object has',
      (s) => {
        s.datasets[1].name = 'constructor';
      },
      /^datasets\[1\]\.name: is a name that every object has$/,
    ],
    [
      'a reserved field',
      (s) => {
        s.datasets[0].key = '__id__';
      },
      /^datasets\[0\]\.key: is a reserved name$/,
    ],
    [
      'a path that climbs',
      (s) => {
        s.services[0].manifest = 'infra/../../etc/passwd';
      },
      /^services\[0\]\.manifest: has an empty, `\.` or `\.\.` part$/,
    ],
    [
      'an expression that RE2 does not know',
      (s) => {
        s.repositories[0].ignore_commit_patterns = ['ok', '(?=a)b'];
      },
      /^repositories\[0\]\.ignore_commit_patterns\[1\]: does not compile under RE2/,
    ],
    [
      'an expression that does not close',
      (s) => {
        s.repositories[0].ignore_commit_patterns = ['('];
      },
      /does not compile under RE2/,
    ],
    [
      'a cron with a sixth field',
      (s) => {
        s.alerts = { delivery_selftest: { cron: '0 0 9 * * 1' } };
      },
      /cron: is not five fields/,
    ],
    [
      'a cron for the 31st of February',
      (s) => {
        s.alerts = { delivery_selftest: { cron: '0 9 31 2 *' } };
      },
      /cron: names a day that no year has$/,
    ],
    [
      'an unknown alert event',
      (s) => {
        s.alerts = { routes: { slack: ['t90_faild'] } };
      },
      /alerts\.routes\.slack\[0\]: .* did you mean `t90_failed`\?$/,
    ],
    [
      'an unknown alert route',
      (s) => {
        s.alerts = { routes: { smoke: ['t90_failed'] } };
      },
      /^alerts\.routes\.smoke: is an unknown key$/,
    ],
    [
      'an unknown field type',
      (s) => {
        s.evidence.orders.fields.at = 'time';
      },
      /^evidence\.orders\.fields\.at: is not one of the allowed values/,
    ],
    [
      'a release ref that is no branch',
      (s) => {
        s.repositories[0].release_ref = 'refs/tags/x';
      },
      /release_ref: is not the ref of a branch$/,
    ],
    [
      'a condition over 4 KiB',
      (s) => {
        s.guardrails[0].expr = `o.paid && ${'true && '.repeat(700)}true`;
      },
      /^guardrails\[0\]\.expr: is too long$/,
    ],
    [
      'neither condition nor fields',
      (s) => {
        delete s.guardrails[0].expr;
      },
      /^guardrails\[0\]\.expr: is missing$/,
    ],
    [
      'both condition and fields',
      (s) => {
        s.guardrails[0].fields = ['paid'];
        s.guardrails[0].value = true;
      },
      /^guardrails\[0\]\.fields: stands beside `expr`$/,
    ],
    [
      'fields without a value',
      (s) => {
        s.guardrails[0].fields = ['paid'];
        delete s.guardrails[0].expr;
      },
      /^guardrails\[0\]\.value: is missing$/,
    ],
    [
      'a join without a match',
      (s) => {
        s.guardrails[0].join = 'checks';
      },
      /^guardrails\[0\]\.match: is missing$/,
    ],
    [
      'the same scope twice',
      (s) => {
        s.guardrails[0].scopes = ['audit', 'audit'];
      },
      /^guardrails\[0\]\.scopes\[1\]: stands here a second time$/,
    ],
    [
      'a retention that keeps nothing',
      (s) => {
        s.snapshots = { retention: {} };
      },
      /^snapshots\.retention: keeps nothing$/,
    ],
    [
      'a span that is none',
      (s) => {
        s.snapshots = { retention: { keep_within: '3 days' } };
      },
      /keep_within: is not a span$/,
    ],
    [
      'a short name that conditions need',
      (s) => {
        s.evidence.checks.alias = 'now';
      },
      /alias: means something else in conditions$/,
    ],
    [
      'a principal that is no address',
      (s) => {
        s.people = { viewers: ['root'] };
      },
      /^people\.viewers\[0\]: is not written as it must be$/,
    ],
  ];
  for (const [what, spoil, expected] of cases) {
    it(`refuse ${what}`, () => {
      const lines = spoilt(spoil);
      assert.ok(
        lines.some((line) => expected.test(line)),
        `no ${expected} in ${JSON.stringify(lines)}`,
      );
    });
  }
});
