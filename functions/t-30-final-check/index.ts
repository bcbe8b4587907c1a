import { cloudEvent } from '@google-cloud/functions-framework';
import { phaseHandler } from '../../shared/runtime/phase-handler.ts';

cloudEvent('t30FinalCheck', phaseHandler('t-30-final-check'));
