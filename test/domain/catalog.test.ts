import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import {
  catalog,
  checkCatalog,
  checkMetrics,
  isPhaseName,
  metricCatalog,
  PHASE_NAMES,
  phaseNamed,
  phaseOfTarget,
} from '../../shared/domain/catalog.ts';

// biome-ignore lint/suspicious/noExplicitAny: tests put wrong things into every place
type Loose = any;

const read = (name: string): Loose =>
  JSON.parse(readFileSync(new URL(`../../shared/catalog/${name}`, import.meta.url), 'utf8'));
const [T90, T30, NOON, WEEKLY, SNAPSHOT] = [0, 1, 2, 3, 4];

/** Spoils the real catalog and gives the mistakes as `path: message`. */
function spoilt(spoil: (catalog: Loose) => void): string[] {
  const raw = read('phases.json');
  spoil(raw);
  const result = checkCatalog(raw);
  return result.ok ? [] : result.mistakes.map(({ path, message }) => `${path}: ${message}`);
}

describe('the catalog', () => {
  it('names the five phases in the order of the day, with the times of the product', () => {
    const times = catalog.phases.map(({ name, cron, budgetSeconds, startWindowSeconds, rerunWindowSeconds }) => [
      name,
      cron,
      budgetSeconds / 60,
      startWindowSeconds / 60,
      rerunWindowSeconds / 60,
    ]);
    assert.deepEqual(times, [
      ['t-90-prep', '30 10 * * *', 15, 45, 70],
      ['t-30-final-check', '30 11 * * *', 10, 25, 50],
      ['high-noon-sync', '0 12 * * *', 20, 30, 30],
      ['weekly-risk-review', '0 12 * * 0', 30, 1440, 1440],
      ['snapshot-orchestration', '0 */6 * * *', 10, 180, 180],
    ]);
    assert.equal(phaseNamed('high-noon-sync').effectDeadlineSeconds, 50 * 60);
  });

  it('is found by name and by function target', () => {
    assert.deepEqual(
      PHASE_NAMES.map((name) => phaseNamed(name).name),
      [...PHASE_NAMES],
    );
    assert.equal(phaseOfTarget('highNoonSync')?.name, 'high-noon-sync');
    assert.deepEqual(
      [phaseNamed('noon'), phaseOfTarget('watchdog'), phaseNamed('__proto__')],
      [undefined, undefined, undefined],
    );
    assert.deepEqual([isPhaseName('t-90-prep'), isPhaseName('constructor')], [true, false]);
  });

  it('never throws, whatever it is given', () => {
    for (const raw of [undefined, null, 1, 'x', [], {}, { phases: {} }, { phases: [null] }]) {
      assert.equal(checkCatalog(raw).ok, false);
      assert.equal(checkMetrics(raw).ok, false);
    }
  });
});

describe('a catalog', () => {
  const refused: [string, (raw: Loose) => void, string][] = [
    [
      'whose T-90 may start after T-30 is due',
      (raw) => {
        raw.phases[T90].startWindowSeconds = 3601;
        raw.phases[T90].rerunWindowSeconds = 4200;
      },
      'phases[0].startWindowSeconds: lasts until 11:30, but T-30 is due at 11:30',
    ],
    [
      'whose T-90 may be rerun when T-30 may no longer start',
      (raw) => {
        raw.phases[T90].rerunWindowSeconds = 5100;
      },
      'phases[0].rerunWindowSeconds: lasts until 11:55, but T-30 may not start after 11:55',
    ],
    [
      'whose T-90 is due after T-30',
      (raw) => {
        raw.phases[T90].cron = '40 11 * * *';
      },
      'phases[0].startWindowSeconds: lasts until 12:25, but T-30 is due at 11:30',
    ],
    [
      'whose T-30 may start after noon',
      (raw) => {
        raw.phases[T30].startWindowSeconds = 1860;
      },
      'phases[1].startWindowSeconds: lasts until 12:01, but noon is due at 12:00',
    ],
    [
      'whose T-30 may be rerun after the launch window',
      (raw) => {
        raw.phases[T30].rerunWindowSeconds = 3660;
      },
      'phases[1].rerunWindowSeconds: lasts until 12:31, but the launch window closes at 12:30',
    ],
    [
      'whose rerun window is the shorter',
      (raw) => {
        raw.phases[WEEKLY].rerunWindowSeconds = 86_399;
      },
      'phases[3].rerunWindowSeconds: ends before the first attempt may still start',
    ],
    [
      'whose window reaches past the next due time',
      (raw) => {
        raw.phases[SNAPSHOT].startWindowSeconds = 21_601;
        raw.phases[SNAPSHOT].rerunWindowSeconds = 21_601;
      },
      'phases[4].startWindowSeconds: reaches past the next due time of the phase',
    ],
    [
      'whose effects end before the launch window',
      (raw) => {
        raw.phases[NOON].effectDeadlineSeconds = 1799;
      },
      'phases[2].effectDeadlineSeconds: ends before the launch window',
    ],
    [
      'whose noon has no effect deadline',
      (raw) => {
        delete raw.phases[NOON].effectDeadlineSeconds;
      },
      'phases[2].effectDeadlineSeconds: is missing',
    ],
    [
      'whose check has an effect deadline',
      (raw) => {
        raw.phases[T30].effectDeadlineSeconds = 3000;
      },
      'phases[1].effectDeadlineSeconds: stands at a phase without forward effects',
    ],
    [
      'in a zone with daylight saving and no policy for it',
      (raw) => {
        raw.timeZone = 'America/Chicago';
        for (const phase of raw.phases) phase.timeZone = 'America/Chicago';
      },
      'phases[0].timeZone: is not UTC, and nothing says what daylight saving does',
    ],
    [
      'whose phases are in different zones',
      (raw) => {
        Object.assign(raw.phases[T30], { timeZone: 'Europe/Berlin', dstPolicy: 'earliest' });
      },
      'phases[1].timeZone: differs from the zone of the catalog',
    ],
    [
      'with a policy for daylight saving in UTC',
      (raw) => {
        raw.phases[T30].dstPolicy = 'earliest';
      },
      'phases[1].dstPolicy: means nothing in UTC',
    ],
    [
      'with an unknown zone',
      (raw) => {
        raw.phases[T30].timeZone = 'Mars/Olympus';
      },
      'phases[1].timeZone: is not a known time zone',
    ],
    [
      'with a cron that is none',
      (raw) => {
        raw.phases[T90].cron = '30 25 * * *';
      },
      'phases[0].cron: has a field outside its range',
    ],
    [
      'with a cron of four fields',
      (raw) => {
        raw.services[0].cron = '*/5 * * *';
      },
      'services[0].cron: is not five fields of digits with one space between them',
    ],
    [
      'whose noon is not daily',
      (raw) => {
        raw.phases[NOON].cron = '0 12 * * 1-5';
      },
      'phases[2].cron: is not once a day',
    ],
    [
      'whose noon is twice a day',
      (raw) => {
        raw.phases[NOON].cron = '0 0,12 * * *';
      },
      'phases[2].cron: is not once a day',
    ],
    [
      'with a duration of zero',
      (raw) => {
        raw.phases[T90].budgetSeconds = 0;
      },
      'phases[0].budgetSeconds: is below 1',
    ],
    [
      'with a duration that is no whole number',
      (raw) => {
        raw.function.leaseSeconds = 90.5;
      },
      'function.leaseSeconds: is a number',
    ],
    [
      'with a lease below its floor',
      (raw) => {
        raw.function.leaseSeconds = 29;
      },
      'function.leaseSeconds: is below 30',
    ],
    [
      'with two phases of one name',
      (raw) => {
        raw.phases[T30].name = 't-90-prep';
      },
      'phases[1].name: stands here a second time',
    ],
    [
      'that lacks a phase',
      (raw) => {
        raw.phases.pop();
      },
      'phases: lacks `snapshot-orchestration`',
    ],
    [
      'with two functions of one target',
      (raw) => {
        raw.services[1].target = 't90Prep';
      },
      'services[1].target: stands here a second time',
    ],
    [
      'with an unknown phase',
      (raw) => {
        raw.phases[T90].name = 't-91-prep';
      },
      'phases[0].name: is not one of the allowed values; did you mean `t-90-prep`?',
    ],
    [
      'with an unknown key',
      (raw) => {
        raw.phases[T90].budgetSecs = 1;
      },
      'phases[0].budgetSecs: is an unknown key; did you mean `budgetSeconds`?',
    ],
    [
      'whose engine outlives its function',
      (raw) => {
        raw.function.engineBudgetSeconds = 590;
      },
      'function.engineBudgetSeconds: is not below `timeoutSeconds`: the platform would stop the engine before it has checkpointed',
    ],
    [
      'whose function outlives its message',
      (raw) => {
        raw.function.timeoutSeconds = 600;
      },
      'function.timeoutSeconds: is not below `ackDeadlineSeconds`: the message would come again while the function still runs',
    ],
    [
      'whose lease outlives its engine',
      (raw) => {
        raw.function.leaseSeconds = 480;
      },
      'function.leaseSeconds: is not below `engineBudgetSeconds`: a crashed holder would block the slot longer than it may work',
    ],
    [
      'whose backoff begins above its end',
      (raw) => {
        raw.function.maxBackoffSeconds = 9;
      },
      'function.minBackoffSeconds: is above `maxBackoffSeconds`',
    ],
    [
      'with a cron that has no zone',
      (raw) => {
        delete raw.services[0].timeZone;
      },
      'services[0]: has a cron without a zone, or a zone without a cron',
    ],
  ];
  for (const [what, spoil, expected] of refused) {
    it(`${what} is refused`, () => assert.ok(spoilt(spoil).includes(expected), JSON.stringify(spoilt(spoil))));
  }

  it('whose ticks are not in UTC is refused', () => {
    const lines = spoilt((raw) => {
      raw.services[0].timeZone = 'Europe/Berlin';
    });
    assert.deepEqual(lines, ['services[0].timeZone: is not UTC']);
  });

  const allowed: [string, (raw: Loose) => void][] = [
    [
      'whose T-90 may start until T-30 is due',
      (raw) => {
        raw.phases[T90].startWindowSeconds = 3600;
      },
    ],
    [
      'whose T-90 may be rerun until a second before T-30 may no longer start',
      (raw) => {
        raw.phases[T90].rerunWindowSeconds = 5099;
      },
    ],
    [
      'whose T-30 may start until noon',
      (raw) => {
        raw.phases[T30].startWindowSeconds = 1800;
      },
    ],
    [
      'whose effects end with the launch window',
      (raw) => {
        raw.phases[NOON].effectDeadlineSeconds = 1800;
      },
    ],
    [
      'in another zone that says what daylight saving does',
      (raw) => {
        raw.timeZone = 'Europe/Berlin';
        for (const phase of raw.phases) Object.assign(phase, { timeZone: 'Europe/Berlin', dstPolicy: 'earliest' });
      },
    ],
  ];
  for (const [what, change] of allowed) it(`${what} is allowed`, () => assert.deepEqual(spoilt(change), []));

  it('has all its contradictions told at once', () => {
    const lines = spoilt((raw) => {
      raw.phases[T30].startWindowSeconds = 1860;
      raw.function.timeoutSeconds = 600;
      raw.phases[NOON].effectDeadlineSeconds = 1;
    });
    assert.equal(lines.length, 3);
  });
});

describe('the catalog of metrics', () => {
  function metricsSpoilt(spoil: (raw: Loose) => void): string[] {
    const raw = read('metrics.json');
    spoil(raw);
    const result = checkMetrics(raw);
    return result.ok ? [] : result.mistakes.map(({ path, message }) => `${path}: ${message}`);
  }

  it('holds the four metrics that others rely on', () => {
    const names = metricCatalog.metrics.map(({ name }) => name);
    for (const name of [
      'scheduler_execution_duration_ms',
      'scheduler_success_rate',
      'high_noon_sync_status',
      'compliance_check_results',
    ]) {
      assert.ok(names.includes(name), name);
    }
    assert.equal(metricCatalog.prefix, 'custom.googleapis.com/herbitrage');
  });

  it('refuses a name twice, an unknown label, kind or key, and a level that only an outcome writes', () => {
    assert.deepEqual(
      metricsSpoilt((raw) => {
        raw.metrics[1].name = raw.metrics[0].name;
      }),
      ['metrics[1].name: stands here a second time'],
    );
    assert.deepEqual(
      metricsSpoilt((raw) => {
        raw.metrics[0].labels = ['customer'];
      }),
      ['metrics[0].labels[0]: is not one of the allowed values'],
    );
    assert.deepEqual(
      metricsSpoilt((raw) => {
        raw.metrics[0].kind = 'DELTA';
      }),
      ['metrics[0].kind: is not one of the allowed values'],
    );
    assert.deepEqual(
      metricsSpoilt((raw) => {
        raw.metrics[0].units = 'ms';
      }),
      ['metrics[0].units: is an unknown key; did you mean `unit`?'],
    );
    assert.deepEqual(
      metricsSpoilt((raw) => {
        raw.metrics[1].written = 'outcome';
      }),
      ['metrics[1].written: does not fit the kind'],
    );
    assert.deepEqual(
      metricsSpoilt((raw) => {
        raw.resource.labels.pop();
      }).length,
      1,
    );
  });
});
