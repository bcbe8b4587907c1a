import { sweep } from '../../shared/engine/sweep.ts';
import { theRuntime } from '../../shared/runtime/the-runtime.ts';

/** One look. Whatever the message says: a tick depends on what is stored and on nothing else. */
export async function tick(): Promise<void> {
  const runtime = await theRuntime();
  await runtime.refreshClock();
  const report = await sweep(runtime.engine);
  const quiet = report.started.length + report.resumed.length + report.closed.length + report.tampering.length === 0;
  runtime.engine.log.write(quiet ? 'DEBUG' : 'NOTICE', 'watchdog tick', { ...report });
}
