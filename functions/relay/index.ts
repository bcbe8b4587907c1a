import { cloudEvent } from '@google-cloud/functions-framework';
import { serveLazily } from '../../shared/runtime/serve-lazily.ts';

cloudEvent(
  'relay',
  serveLazily(async () => (await import('../../shared/runtime/relay-handler.ts')).relayHandler()),
);
