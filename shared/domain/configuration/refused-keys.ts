/** Keys that people expect in a configuration, and why they do not stand in it. */
import type { ExplainKey } from './issues.ts';

const WAIVER = /^(?:waivers?|waived(?:_until)?|exceptions?|exempt(?:ions)?|ignored?|overrides?)$/;
const TIMES =
  /^(?:phases?|schedules?|crons?|budgets?(?:_(?:s|min|minutes|seconds))?|windows?|timings?|times?|time_?zone|(?:start|rerun|launch|catch_up)_windows?(?:_s)?)$/;

export const explainRefusedKey: ExplainKey = (parent, key) => {
  if (WAIVER.test(key) && (parent.length === 0 || parent[0] === 'guardrails')) {
    return {
      message: 'may not stand here: waivers and overrides are acts of people, recorded with name, reason and end',
      allowed: 'nothing; use `highnoon waive` or `highnoon override`',
    };
  }
  if (TIMES.test(key)) {
    return {
      message: 'may not stand here: times and budgets of phases stand in the catalog, where Terraform reads them too',
      allowed: 'nothing; see shared/catalog/phases.json',
    };
  }
  return undefined;
};
