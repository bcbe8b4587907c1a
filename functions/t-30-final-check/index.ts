import { cloudEvent } from '@google-cloud/functions-framework';
import { phaseHandler } from '../../shared/runtime/phase-handler.ts';
import { t30FinalCheck } from './phase.ts';

cloudEvent('t30FinalCheck', phaseHandler(t30FinalCheck));
