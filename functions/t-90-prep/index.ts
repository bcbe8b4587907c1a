import { cloudEvent } from '@google-cloud/functions-framework';
import { servePhase } from '../../shared/runtime/serve-lazily.ts';

cloudEvent(
  't90Prep',
  servePhase('t-90-prep', async () => (await import('./phase.ts')).t90Prep),
);
