import { cloudEvent } from '@google-cloud/functions-framework';
import { phaseHandler } from '../../shared/runtime/phase-handler.ts';
import { weeklyRiskReview } from './phase.ts';

cloudEvent('weeklyRiskReview', phaseHandler(weeklyRiskReview));
