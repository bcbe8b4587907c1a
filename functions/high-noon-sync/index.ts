import { cloudEvent } from '@google-cloud/functions-framework';
import { servePhase } from '../../shared/runtime/serve-lazily.ts';

cloudEvent(
  'highNoonSync',
  servePhase('high-noon-sync', async () => (await import('./phase.ts')).highNoonSync),
);
