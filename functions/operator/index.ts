import { http } from '@google-cloud/functions-framework';
import { operatorHandler } from '../../shared/runtime/operator-handler.ts';
import { loadPhase } from './load-phase.ts';

http('operator', operatorHandler(loadPhase));
