import { cloudEvent } from '@google-cloud/functions-framework';
import { phaseHandler } from '../../shared/runtime/phase-handler.ts';
import { snapshotOrchestration } from './phase.ts';

cloudEvent('snapshotOrchestration', phaseHandler(snapshotOrchestration));
