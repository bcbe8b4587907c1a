import { cloudEvent } from '@google-cloud/functions-framework';
import { phaseHandler } from '../../shared/runtime/phase-handler.ts';
import { t90Prep } from './phase.ts';

cloudEvent('t90Prep', phaseHandler(t90Prep));
