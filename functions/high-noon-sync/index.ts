import { cloudEvent } from '@google-cloud/functions-framework';
import { phaseHandler } from '../../shared/runtime/phase-handler.ts';
import { highNoonSync } from './phase.ts';

cloudEvent('highNoonSync', phaseHandler(highNoonSync));
