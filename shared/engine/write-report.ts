import type { Engine } from './engine.ts';
import type { OwedReport } from './outbox.ts';

export async function writeReport(_engine: Engine, _report: OwedReport): Promise<void> {}
