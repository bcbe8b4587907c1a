import { cloudEvent } from '@google-cloud/functions-framework';
import { relayHandler } from '../../shared/runtime/relay-handler.ts';

cloudEvent('relay', relayHandler());
