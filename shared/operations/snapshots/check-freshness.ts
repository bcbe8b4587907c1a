import type { MemoryCollection } from '../../domain/configuration/index.ts';
import { type Evidence, fails, type Observation, result, unknown } from '../../domain/finding.ts';
import type { Json } from '../../domain/json.ts';
import { hoursBetween, type Instant } from '../../domain/time.ts';
import { defineOperation } from '../define-operation.ts';
import { nothingConfigured } from '../support/nothing-configured.ts';
import { field } from './capture-head.ts';
import { noSnapshot } from './look-at-snapshot.ts';
import { snapshotLevels } from './snapshot-levels.ts';
import { storeOf } from './snapshot-store.ts';

interface Seen {
  readonly documents: number;
  readonly newestAt: Instant | null;
}

export const checkFreshness = defineOperation({
  name: 'check-freshness',
  claim: 'the newest record of every collection is as young as its cadence demands',
  kind: 'check',
  failure: 'hard',
  needs: ['objects', 'keys'],
  timeoutSeconds: 120,
  async run(context) {
    const { memory } = context.configuration;
    if (memory.length === 0) return nothingConfigured(context, 'memory');
    const output = context.earlier('validate-schema')?.output;
    const seen = field<Record<string, Seen>>(output, 'collections');
    const levels = await snapshotLevels(storeOf(context));
    const told = { snapshotLevels: levels as unknown as Json };
    if (seen === undefined) return { ...result([noSnapshot('age')], []), output: told };
    const findings: Observation[] = [];
    const evidence: Evidence[] = [];
    for (const collection of memory) {
      const found = seen[collection.collection];
      findings.push(...judgeAge(collection, found, context.now()));
      if (found?.newestAt === undefined || found.newestAt === null) continue;
      evidence.push({
        subject: `memory/${collection.collection}`,
        request: `time of the last change of the newest record, in snapshot ${field<string>(output, 'checked')}`,
        observedAt: context.now(),
        value: found.newestAt,
        maxAgeSeconds: Math.round(collection.freshness_h.max * 3600),
      });
    }
    return { ...result(findings, evidence), output: told };
  },
});

/** `warn` is soft, `max` blocks, `critical` pages beside that. No record, or none with a time, is not fresh: it is unknown. */
export function judgeAge(
  { collection, freshness_h: limits }: Pick<MemoryCollection, 'collection' | 'freshness_h'>,
  seen: Seen | undefined,
  now: Instant,
): Observation[] {
  const subject = `memory/${collection}`;
  const remedy = 'find out what stopped writing to it';
  if (seen === undefined)
    return [
      unknown({ code: 'not-read', subject, message: 'its records were not read', remedy: 'see validate-schema' }),
    ];
  if (seen.documents === 0)
    return [unknown({ code: 'empty', subject, message: 'it holds no record, so it has no age', remedy })];
  if (seen.newestAt === null) {
    const message = `none of its ${seen.documents} records says when it was written`;
    return [unknown({ code: 'no-time', subject, message, remedy: 'read it from a store that keeps update times' })];
  }
  const hours = Math.round(hoursBetween(seen.newestAt, now) * 10) / 10;
  if (hours <= limits.warn) return [];
  const isCritical = hours > limits.critical;
  const isHard = hours > limits.max;
  const limit = isCritical ? limits.critical : isHard ? limits.max : limits.warn;
  const message = `its newest record is ${hours} h old; ${limit} h are allowed`;
  const severity = isCritical ? ('critical' as const) : isHard ? ('high' as const) : ('medium' as const);
  return [fails({ code: 'stale', subject, severity, message, remedy, ...(isHard ? {} : { soft: true }) })];
}
