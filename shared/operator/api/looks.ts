import { renderHighNoon } from '../../domain/report/markdown.ts';
import type { SlotRecord } from '../../domain/run.ts';
import { parseSlotId } from '../../domain/slot.ts';
import { dateOf, isDate } from '../../domain/time.ts';
import type { Engine } from '../../engine/engine.ts';
import { readRun } from '../../engine/read-run.ts';
import { paths } from '../../engine/records.ts';
import { readReport } from '../../engine/write-report.ts';
import { COMMON_HEADERS, jsonReply, type OperatorRequest, type Reply } from '../http.ts';
import { ApiError } from './errors.ts';
import { LEDGER_TAIL_MOST, ledgerTail, ledgerWhole } from './ledger-view.ts';
import { statusView } from './status-view.ts';

export async function lookAtStatus(engine: Engine, request: OperatorRequest): Promise<Reply> {
  return jsonReply(200, await statusView(engine, dateParameter(engine, request)));
}

export async function lookAtReport(engine: Engine, request: OperatorRequest): Promise<Reply> {
  const format = request.query.get('format') ?? 'json';
  if (format !== 'json' && format !== 'markdown')
    throw new ApiError('invalid', `format '${clip(format)}': json or markdown is allowed`);
  const report = await readReport(engine, dateParameter(engine, request));
  if (format === 'json') return jsonReply(200, report);
  const headers = { ...COMMON_HEADERS, 'content-type': 'text/markdown; charset=utf-8' };
  return { kind: 'content', status: 200, headers, body: renderHighNoon(report) };
}

export async function lookAtRun(engine: Engine, slotText: string): Promise<Reply> {
  const slot = parseSlotId(slotText);
  if (slot === undefined)
    throw new ApiError(
      'invalid',
      `slot '${clip(slotText)}': an id such as high-noon-sync@2026-11-24T12:00Z is allowed`,
    );
  const record = await engine.documents.get<SlotRecord>(paths.slot(slot.slotId));
  if (record === undefined) throw new ApiError('not-found', `${slot.slotId} has no run`);
  return jsonReply(200, await readRun(engine, record));
}

export async function lookAtLedger(engine: Engine, request: OperatorRequest): Promise<Reply> {
  const scope = request.query.get('scope') ?? 'tail';
  if (scope === 'whole') return jsonReply(200, await ledgerWhole(engine));
  if (scope !== 'tail') throw new ApiError('invalid', `scope '${clip(scope)}': tail or whole is allowed`);
  const text = request.query.get('count') ?? '20';
  const count = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  if (count < 1 || count > LEDGER_TAIL_MOST)
    throw new ApiError('invalid', `count '${clip(text)}': a whole number from 1 to ${LEDGER_TAIL_MOST} is allowed`);
  return jsonReply(200, await ledgerTail(engine, count));
}

export function dateParameter(engine: Engine, { query }: OperatorRequest): string {
  const text = query.get('date') ?? dateOf(engine.clock.now());
  if (!isDate(text)) throw new ApiError('invalid', `date '${clip(text)}': a date such as 2026-11-24 is allowed`);
  return text;
}

const clip = (text: string): string => text.slice(0, 80);
