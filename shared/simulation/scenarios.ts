import type { Profile } from './faults.ts';
import type { Says } from './phases.ts';
import type { Scenario } from './scenario.ts';

const MONDAY = '2026-11-23';
const SUNDAY = '2026-11-29';
const small: Profile['size'] = { repositories: 1, datasets: 1, services: 1 };

/** Says something once, in the first attempt. */
const once =
  (phase: string, operation: string, said: Says): NonNullable<Scenario['says']> =>
  (at, attempt, name) =>
    at === phase && name === operation && attempt === 1 ? said : undefined;

const always =
  (phase: string, operation: string, said: Says): NonNullable<Scenario['says']> =>
  (at, _attempt, name) =>
    at === phase && name === operation ? said : undefined;

const takes =
  (phase: string, operation: string, ms: number): NonNullable<Scenario['takes']> =>
  (at, _attempt, name) =>
    at === phase && name === operation ? ms : 0;

const noonEnds = (ending: string): Scenario['ends'] => ({ 'high-noon-sync': ending });

/**
 * The told days. Each is played alone first and must end as it says; then once more for every call of it and every kind
 * of fault.
 */
export const SCENARIOS: readonly Scenario[] = [
  { name: 'green day', date: MONDAY, ends: noonEnds('passed') },
  { name: 'genesis', date: MONDAY, isFirst: true, ends: noonEnds('passed') },
  {
    name: 'T-90 hard',
    date: MONDAY,
    says: always('t-90-prep', 'check-trinity-status', 'fails'),
    ends: { 't-90-prep': 'failed', 't-30-final-check': 'skipped', 'high-noon-sync': 'skipped' },
  },
  {
    name: 'T-30 hard',
    date: MONDAY,
    says: always('t-30-final-check', 'check-service-health', 'fails'),
    ends: { 't-30-final-check': 'failed', 'high-noon-sync': 'scrubbed' },
  },
  {
    name: 'noon failing before the first effect',
    date: MONDAY,
    says: always('high-noon-sync', 'verify-ticket', 'fails'),
    ends: noonEnds('failed'),
  },
  {
    name: 'noon failing after sync',
    date: MONDAY,
    says: always('high-noon-sync', 'sync-repositories', 'fails'),
    ends: noonEnds('rolled-back'),
  },
  {
    name: 'noon failing after promote',
    date: MONDAY,
    says: always('high-noon-sync', 'refresh-data-layer', 'fails'),
    ends: noonEnds('rolled-back'),
  },
  {
    name: 'noon failing after shift',
    date: MONDAY,
    says: always('high-noon-sync', 'release-services', 'unknown'),
    ends: noonEnds('rolled-back'),
  },
  {
    name: 'violation in T-90',
    date: MONDAY,
    says: always('t-90-prep', 'check-compliance', 'violates'),
    ends: { 't-90-prep': 'violated', 't-30-final-check': 'refused', 'high-noon-sync': 'refused' },
  },
  {
    name: 'violation in T-30',
    date: MONDAY,
    says: always('t-30-final-check', 'audit-compliance', 'violates'),
    ends: { 't-30-final-check': 'violated', 'high-noon-sync': 'refused' },
  },
  {
    name: 'violation at noon',
    date: MONDAY,
    says: always('high-noon-sync', 'validate-compliance', 'violates'),
    ends: noonEnds('locked'),
  },
  {
    name: 'soft only',
    date: MONDAY,
    says: (_phase, _attempt, operation) => (operation === 'check-service-health' ? 'soft' : undefined),
    ends: { 't-30-final-check': 'degraded', 'high-noon-sync': 'passed' },
  },
  {
    name: 'long phases with four continuations',
    date: MONDAY,
    profile: { budgetSeconds: 150 },
    ends: { 't-90-prep': 'passed', 'high-noon-sync': 'passed' },
  },
  {
    name: 'a snapshot captured in shards',
    date: MONDAY,
    shards: 3,
    ends: { 'high-noon-sync': 'passed', 'snapshot-orchestration': 'passed' },
  },
  {
    name: 'operator lockdown during noon',
    date: MONDAY,
    acts: [{ at: '12:00:02', who: 'ana', act: 'lock' }],
    ends: noonEnds('rolled-back'),
  },
  {
    name: 'release and re-run',
    date: MONDAY,
    says: once('t-30-final-check', 'check-service-health', 'fails'),
    acts: [
      { at: '12:03', who: 'ana', act: 'rerun-t-30' },
      { at: '12:10', who: 'ben', act: 'release' },
    ],
    ends: { 't-30-final-check': 'passed', 'high-noon-sync': 'passed' },
  },
  {
    name: 'noon rerun on a new ticket',
    date: MONDAY,
    says: once('high-noon-sync', 'release-services', 'fails'),
    acts: [
      { at: '12:06', who: 'ana', act: 'rerun-t-30' },
      { at: '12:12', who: 'ben', act: 'rerun-noon' },
    ],
    ends: { 'high-noon-sync': 'passed' },
  },
  {
    name: 'T-30 overrunning into noon',
    date: MONDAY,
    // Its message comes late, and its work is long.
    missingMessages: ['t-30-final-check'],
    acts: [{ at: '11:54', who: 'ana', act: 'start-t-30' }],
    takes: (phase) => (phase === 't-30-final-check' ? 115_000 : 0),
    profile: { budgetSeconds: 250 },
    ends: { 't-30-final-check': 'passed', 'high-noon-sync': 'passed' },
  },
  {
    name: 'Sunday with three phases',
    date: SUNDAY,
    ends: { 'high-noon-sync': 'passed', 'weekly-risk-review': 'passed' },
  },
  {
    name: 'deploy between continuations',
    date: MONDAY,
    profile: { budgetSeconds: 150 },
    deploysAt: ['10:33'],
    ends: { 't-90-prep': 'inconclusive' },
  },
  {
    name: 'deploy during noon',
    date: MONDAY,
    takes: takes('high-noon-sync', 'validate-compliance', 60_000),
    deploysAt: ['12:00:20'],
    ends: noonEnds('passed'),
  },
  {
    name: 'missing ticks',
    date: MONDAY,
    missingTicks: { from: '10:00', until: '13:00' },
    missingMessages: ['high-noon-sync'],
    ends: noonEnds('missed'),
  },
  {
    name: 'store outage from 11:55 to 12:20',
    date: MONDAY,
    outages: [{ port: 'documents', from: '11:55', until: '12:20' }],
    ends: noonEnds('passed'),
  },
  {
    name: 'metrics and senders out',
    date: MONDAY,
    says: always('high-noon-sync', 'release-services', 'fails'),
    outages: [
      { port: 'metrics', from: '11:58', until: '12:31' },
      { port: 'messenger', from: '11:58', until: '12:31' },
    ],
    ends: noonEnds('rolled-back'),
  },
];

export const scenarioSize = small;
