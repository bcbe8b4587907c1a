import { catalog } from '../../domain/catalog.ts';
import { type Evidence, fails, type Observation, result, unknown } from '../../domain/finding.ts';
import { canonicalJson, digestOf } from '../../domain/json.ts';
import type { ScheduleState } from '../../ports/schedules.ts';
import { defineOperation } from '../define-operation.ts';
import { cannotTell } from '../support/cannot-tell.ts';

/** What a schedule must be, from the catalog alone. */
interface Expected {
  readonly name: string;
  readonly cron: string;
  readonly timeZone: string;
  readonly body: string | null;
}

/** The live schedules are the catalog's: a paused or shifted one is a noon that silently never comes. */
export const checkSchedules = defineOperation({
  name: 'check-schedules',
  claim: 'every schedule of the catalog is live, enabled and as written, and there is no other',
  kind: 'check',
  failure: 'hard',
  needs: ['schedules'],
  timeoutSeconds: 60,
  async run(context) {
    let live: readonly ScheduleState[];
    try {
      live = await context.ports.schedules.list(context.signal);
    } catch (error) {
      return result([cannotTell(error, 'schedules', 'the schedules cannot be listed')], []);
    }
    const environment = context.configuration.deployment.environment;
    const expected = expectedSchedules(environment);
    const ours = live.filter(({ name }) => name.startsWith(prefixOf(environment)));
    const findings = [...expected.flatMap((one) => compare(one, ours)), ...surplus(expected, ours)];
    const evidence: Evidence = {
      subject: 'schedules',
      request: `list of scheduler jobs named ${prefixOf(environment)}*`,
      observedAt: context.now(),
      value: ours.length,
      digest: digestOf(ours),
    };
    return result(findings, [evidence]);
  },
});

const prefixOf = (environment: string): string =>
  environment === 'production' ? 'highnoon-' : `highnoon-${environment}-`;

export function expectedSchedules(environment: string): Expected[] {
  const prefix = prefixOf(environment);
  const phases = catalog.phases.map(({ name, cron, timeZone }) => ({
    name: `${prefix}${name}`,
    cron,
    timeZone,
    body: canonicalJson({ phase: name, trigger: 'schedule' }),
  }));
  const services = catalog.services.flatMap(({ name, cron, timeZone }) =>
    cron === undefined ? [] : [{ name: `${prefix}${name}`, cron, timeZone: timeZone ?? catalog.timeZone, body: null }],
  );
  return [...phases, ...services];
}

function compare(expected: Expected, live: readonly ScheduleState[]): Observation[] {
  const subject = `schedules/${expected.name}`;
  const job = live.find(({ name }) => name === expected.name);
  const remedy = 'apply the infrastructure again, and find out who changed the schedule by hand';
  if (job === undefined)
    return [fails({ code: 'missing', subject, message: `there is no schedule ${expected.name}`, remedy })];
  const findings: Observation[] = [];
  const differs = (code: string, what: string, is: string | null, want: string) => {
    findings.push(fails({ code, subject, message: `${what} is ${is ?? 'absent'}; the catalog says ${want}`, remedy }));
  };
  if (job.cron !== expected.cron) differs('other-cron', 'its cron', job.cron, expected.cron);
  if (job.timeZone !== expected.timeZone && !(isUtc(job.timeZone) && isUtc(expected.timeZone)))
    differs('other-zone', 'its time zone', job.timeZone, expected.timeZone);
  if (job.topic !== expected.name) differs('other-topic', 'its topic', job.topic, expected.name);
  if (expected.body !== null && canonical(job.body) !== expected.body)
    differs('other-body', 'its body', job.body, expected.body);
  if (job.state === 'unknown')
    return [...findings, unknown({ code: 'unknown-state', subject, message: 'its state cannot be told', remedy })];
  if (job.state !== 'enabled') differs(job.state, 'it', job.state, 'enabled');
  return findings;
}

const isUtc = (zone: string): boolean => zone === 'UTC' || zone === 'Etc/UTC';

function canonical(body: string | null): string | null {
  if (body === null) return null;
  try {
    return canonicalJson(JSON.parse(body));
  } catch {
    return body;
  }
}

function surplus(expected: readonly Expected[], live: readonly ScheduleState[]): Observation[] {
  const known = new Set(expected.map(({ name }) => name));
  const extra = live.filter(({ name }) => !known.has(name));
  // Another environment of the same project has names of its own behind the same first word.
  const phases = catalog.phases.map(({ name }) => name);
  return extra
    .filter(
      ({ name }) =>
        !phases.some(
          (phase) =>
            name.endsWith(`-${phase}`) &&
            !known.has(name) &&
            name.split('-').length > `highnoon-${phase}`.split('-').length,
        ),
    )
    .map(({ name }) =>
      fails({
        code: 'surplus',
        subject: `schedules/${name}`,
        message: `${name} is not in the catalog`,
        remedy: 'delete it, or find out what it starts',
      }),
    );
}
