import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { accessRules } from './rules/access.ts';
import { deliveryRules } from './rules/delivery.ts';
import { keepingRules } from './rules/keeping.ts';
import { planOf } from './support/plan.ts';

describe('the production plan', () => {
  for (const rule of [...accessRules, ...deliveryRules, ...keepingRules]) {
    it(`keeps: ${rule.claim}`, (t) => {
      const plan = planOf(t, 'prod');
      if (plan === null) return;
      assert.deepEqual(rule.check(plan), []);
      assert.notDeepEqual(rule.check(rule.breach(plan)), [], 'the rule did not notice a plan that breaks it');
    });
  }
});
