import { cloudEvent } from '@google-cloud/functions-framework';
import { phaseHandler } from '../../shared/runtime/phase-handler.ts';

cloudEvent('t90Prep', phaseHandler('t-90-prep'));
