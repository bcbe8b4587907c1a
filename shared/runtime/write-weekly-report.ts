import type { DayRecord } from '../domain/day.ts';
import type { OwedReport } from '../domain/outbox.ts';
import { WEEKLY_OPERATIONS } from '../domain/risk/plan.ts';
import { nextRegister, type Register } from '../domain/risk/register.ts';
import { renderWeekly } from '../domain/risk/render-markdown.ts';
import { renderWeeklyPage } from '../domain/risk/render-page.ts';
import { GRID_DAYS, type WeeklyReport, weeklyReport } from '../domain/risk/report.ts';
import type { AttemptRecord, Checkpoint } from '../domain/run.ts';
import { runIdOf } from '../domain/slot.ts';
import { plusSeconds } from '../domain/time.ts';
import type { Engine } from '../engine/engine.ts';
import { paths } from '../engine/records.ts';
import { RISK_ACTS_PATH, type RiskActs, registerBefore, registerPath } from '../engine/risk-register.ts';
import { reportUri } from '../engine/write-report.ts';

/**
 * The register and the report of a weekly review. Both are computed from what is stored and from the register before, so a
 * repeated delivery writes the same.
 */
export async function writeWeeklyReport(engine: Engine, owed: OwedReport): Promise<void> {
  const report = await makeWeeklyReport(engine, owed);
  const register: Register = {
    schema: 'highnoon.risks/1',
    date: report.date,
    runId: report.runId,
    risks: [...report.risks, ...report.closed],
  };
  await engine.documents.transact(async (transaction) => {
    await transaction.get(registerPath(owed.date));
    transaction.set(registerPath(owed.date), register);
  });
  const put = (ending: string, text: string, contentType: string) =>
    putWhole(engine, reportUri(engine, owed.date, `weekly-risk-review.${ending}`), text, contentType);
  await put('md', renderWeekly(report), 'text/markdown; charset=utf-8');
  await put('json', `${JSON.stringify(report, null, 2)}\n`, 'application/json');
  await put('html', renderWeeklyPage(report), 'text/html; charset=utf-8');
}

async function makeWeeklyReport(engine: Engine, { date, slotId, attempt }: OwedReport): Promise<WeeklyReport> {
  const { documents } = engine;
  const from = plusSeconds(`${date}T00:00:00.000Z`, -GRID_DAYS * 86_400).slice(0, 10);
  const [record, operations, days, before, acts] = await Promise.all([
    documents.get<AttemptRecord>(paths.attempt(slotId, attempt)),
    documents.query<Checkpoint>(paths.operations(slotId, attempt)),
    documents.query<DayRecord>('days', {
      where: [
        { field: 'date', op: '>=', value: from },
        { field: 'date', op: '<=', value: date },
      ],
      orderBy: { field: 'date', direction: 'asc' },
    }),
    registerBefore(engine, date),
    documents.get<RiskActs>(RISK_ACTS_PATH),
  ]);
  const checkpoints = operations.map(({ data }) => data).sort((a, b) => a.index - b.index);
  const planned = WEEKLY_OPERATIONS;
  const runId = runIdOf(slotId, attempt);
  const register = nextRegister(before?.risks ?? [], { date, runId, planned, checkpoints }, acts?.acts ?? {});
  return weeklyReport({
    date,
    attempt: record,
    runId,
    planned,
    checkpoints,
    register,
    days: days.map(({ data }) => data),
  });
}

async function putWhole(engine: Engine, uri: string, text: string, contentType: string): Promise<void> {
  const known = await engine.ports.objects.stat(uri);
  const when = known === undefined ? ('absent' as const) : { generation: known.generation };
  await engine.ports.objects.write(uri, Buffer.from(text), { when, contentType });
}
