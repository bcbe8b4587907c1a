import { cloudEvent } from '@google-cloud/functions-framework';
import { phaseHandler } from '../../shared/runtime/phase-handler.ts';

cloudEvent('highNoonSync', phaseHandler('high-noon-sync'));
