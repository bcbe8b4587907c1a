import { renderHighNoon } from '../../../shared/domain/report/markdown.ts';
import { dateOf } from '../../../shared/domain/time.ts';
import { currentRegister } from '../../../shared/engine/risk-register.ts';
import { readReport } from '../../../shared/engine/write-report.ts';
import { ledgerWhole } from '../../../shared/operator/api/ledger-view.ts';
import { statusView } from '../../../shared/operator/api/status-view.ts';
import { type Arguments, dateOption, flagOption } from '../arguments.ts';
import type { ExitCode } from '../command.ts';
import type { Output } from '../output.ts';
import { ledgerLine } from '../render/ledger.ts';
import { tellRisks } from '../render/risks.ts';
import { renderStatus } from '../render/status.ts';
import { openCloud } from './open-cloud.ts';

/** Looks read the store with the caller's own credentials, and write nothing. */
export async function statusInCloud(args: Arguments, output: Output): Promise<ExitCode> {
  await using cloud = await opened(args, output);
  const { engine } = cloud;
  const view = await statusView(engine, dateOption(args, 'date') ?? dateOf(engine.clock.now()));
  for (const line of renderStatus(view)) output.line(line);
  output.document(view);
  return 0;
}

export async function reportInCloud(args: Arguments, output: Output): Promise<ExitCode> {
  await using cloud = await opened(args, output);
  const { engine } = cloud;
  const report = await readReport(engine, dateOption(args, 'date') ?? dateOf(engine.clock.now()));
  output.line(renderHighNoon(report).trimEnd());
  output.document(report);
  return 0;
}

export async function verifyLedgerInCloud(args: Arguments, output: Output): Promise<ExitCode> {
  await using cloud = await opened(args, output);
  const { tail: _tail, ...view } = await ledgerWhole(cloud.engine);
  output.line(ledgerLine(view));
  output.document(view);
  return view.intact ? 0 : 1;
}

export async function risksInCloud(args: Arguments, output: Output): Promise<ExitCode> {
  await using cloud = await opened(args, output);
  const { engine } = cloud;
  return tellRisks(await currentRegister(engine), dateOf(engine.clock.now()), flagOption(args, 'all'), output);
}

async function opened(args: Arguments, output: Output) {
  const runtime = await openCloud(args, output);
  return { engine: runtime.engine, [Symbol.asyncDispose]: () => runtime.close() };
}
