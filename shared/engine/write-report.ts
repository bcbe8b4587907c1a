import { type ChainPhase, type DayRecord, emptyDay, summaryOf } from '../domain/day.ts';
import { type Lockdown, NO_LOCKDOWN } from '../domain/lockdown.ts';
import type { OwedReport } from '../domain/outbox.ts';
import { type HighNoonReport, highNoonReport } from '../domain/report/high-noon.ts';
import { renderHighNoon } from '../domain/report/markdown.ts';
import { readinessReport, renderReadiness } from '../domain/report/readiness.ts';
import type { AttemptRecord, Checkpoint } from '../domain/run.ts';
import type { Engine } from './engine.ts';
import { type OverridesRecord, paths, type WaiversRecord } from './records.ts';

/** The state that a report of a date is computed from: stored outcomes and nothing else. */
export async function readReport(engine: Engine, date: string): Promise<HighNoonReport> {
  const { documents, configuration } = engine;
  const day = (await documents.get<DayRecord>(paths.day(date))) ?? emptyDay(date);
  const [lockdown, waivers, overrides, noon, finalCheck, prep] = await Promise.all([
    documents.get<Lockdown>(paths.lockdown),
    documents.get<WaiversRecord>(paths.waivers),
    documents.get<OverridesRecord>(paths.overrides),
    newestAttempt(engine, day, 'high-noon-sync'),
    newestAttempt(engine, day, 't-30-final-check'),
    newestAttempt(engine, day, 't-90-prep'),
  ]);
  return highNoonReport({
    day,
    noon: noon.attempt,
    noonCheckpoints: noon.checkpoints,
    finalCheckpoints: finalCheck.checkpoints,
    prepCheckpoints: prep.checkpoints,
    repositories: configuration.repositories.map(({ name }) => name),
    complianceLevel: configuration.deployment.compliance_level,
    lockdown: lockdown ?? NO_LOCKDOWN,
    waivers: waivers?.items ?? [],
    overrides: overrides?.items ?? [],
    singleOperator: configuration.people.single_operator,
  });
}

async function newestAttempt(
  engine: Engine,
  day: DayRecord,
  phase: ChainPhase,
): Promise<{ attempt: AttemptRecord | undefined; checkpoints: readonly Checkpoint[] }> {
  const summary = summaryOf(day, phase);
  if (summary === undefined) return { attempt: undefined, checkpoints: [] };
  const [attempt, found] = await Promise.all([
    engine.documents.get<AttemptRecord>(paths.attempt(summary.slotId, summary.attempt)),
    engine.documents.query<Checkpoint>(paths.operations(summary.slotId, summary.attempt)),
  ]);
  return { attempt, checkpoints: found.map(({ data }) => data).sort((a, b) => a.index - b.index) };
}

/** Where the report of a kind lies, without its ending. */
export const reportUri = (engine: Engine, date: string, name: string): string =>
  `${engine.configuration.reports.uri.replace(/\/$/, '')}/${date}/${name}`;

/** Writes a report that an ending owes. Writing it again gives the same bytes, so a repeated delivery changes nothing. */
export async function writeReport(engine: Engine, owed: OwedReport): Promise<void> {
  switch (owed.kind) {
    case 'high-noon': {
      const report = await readReport(engine, owed.date);
      await put(
        engine,
        reportUri(engine, owed.date, 'high-noon-sync.md'),
        renderHighNoon(report),
        'text/markdown; charset=utf-8',
      );
      await put(
        engine,
        reportUri(engine, owed.date, 'high-noon-sync.json'),
        `${JSON.stringify(report, null, 2)}\n`,
        'application/json',
      );
      return;
    }
    case 'readiness': {
      const checkpoints = (await engine.documents.query<Checkpoint>(paths.operations(owed.slotId, owed.attempt))).map(
        ({ data }) => data,
      );
      const attempt = await engine.documents.get<AttemptRecord>(paths.attempt(owed.slotId, owed.attempt));
      const day = (await engine.documents.get<DayRecord>(paths.day(owed.date))) ?? emptyDay(owed.date);
      const report = readinessReport({ day, attempt, checkpoints: checkpoints.sort((a, b) => a.index - b.index) });
      await put(
        engine,
        reportUri(engine, owed.date, 'readiness.md'),
        renderReadiness(report),
        'text/markdown; charset=utf-8',
      );
      await put(
        engine,
        reportUri(engine, owed.date, 'readiness.json'),
        `${JSON.stringify(report, null, 2)}\n`,
        'application/json',
      );
      return;
    }
    case 'weekly':
      await engine.writeWeeklyReport?.(engine, owed);
      return;
  }
}

async function put(engine: Engine, uri: string, text: string, contentType: string): Promise<void> {
  const known = await engine.ports.objects.stat(uri);
  await engine.ports.objects.write(uri, Buffer.from(text), {
    when: known === undefined ? 'absent' : { generation: known.generation },
    contentType,
  });
}
