import { cloudEvent } from '@google-cloud/functions-framework';
import { servePhase } from '../../shared/runtime/serve-lazily.ts';

cloudEvent(
  't30FinalCheck',
  servePhase(async () => (await import('./phase.ts')).t30FinalCheck),
);
