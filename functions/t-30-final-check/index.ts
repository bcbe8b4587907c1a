import { cloudEvent } from '@google-cloud/functions-framework';
import { servePhase } from '../../shared/runtime/serve-lazily.ts';

cloudEvent(
  't30FinalCheck',
  servePhase('t-30-final-check', async () => (await import('./phase.ts')).t30FinalCheck),
);
