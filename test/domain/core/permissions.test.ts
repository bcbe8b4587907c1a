import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  ACTIONS,
  type Action,
  type LockState,
  PERMISSIONS,
  type Permission,
} from '../../../shared/domain/permissions.ts';

/** The table as the product promises it, written a second time by hand: [none, hold, lockdown]. */
const PROMISED: Record<Action, readonly [Permission, Permission, Permission]> = {
  'dry-run': ['yes', 'yes', 'yes'],
  rehearsal: ['yes', 'yes', 'yes'],
  report: ['yes', 'yes', 'yes'],
  'snapshot-create': ['yes', 'yes', 'yes'],
  'scratch-restore': ['yes', 'yes', 'yes'],
  rollback: ['yes', 'yes', 'yes'],
  watchdog: ['yes', 'yes', 'yes'],
  check: ['yes', 'yes', 'yes'],
  'start-t-90-or-t-30': ['yes', 'yes', 'no'],
  'start-noon': ['yes', 'wait', 'no'],
  'rerun-t-90-or-t-30': ['yes', 'yes', 'gate-stays-shut'],
  'noon-forward-effect': ['yes', 'no', 'no'],
  'stage-data': ['yes', 'yes', 'no'],
  'snapshot-delete': ['yes', 'yes', 'no'],
  'snapshot-archive': ['yes', 'yes', 'no'],
};
const STATES: readonly LockState[] = ['none', 'hold', 'lockdown'];

describe('the permissions table', () => {
  for (const action of ACTIONS) {
    for (const [index, state] of STATES.entries()) {
      it(`${action} in ${state}: ${PROMISED[action][index]}`, () => {
        assert.equal(PERMISSIONS[action][state], PROMISED[action][index]);
      });
    }
  }
});
