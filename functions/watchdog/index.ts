import { cloudEvent } from '@google-cloud/functions-framework';
import { serveLazily } from '../../shared/runtime/serve-lazily.ts';

cloudEvent(
  'watchdog',
  serveLazily(async () => (await import('./tick.ts')).tick),
);
