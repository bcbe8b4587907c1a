import type { SharedClock } from '../adapters/gcp/clock.ts';
import { FirestoreDocuments } from '../adapters/gcp/documents.ts';
import { createCloudLog } from '../adapters/gcp/log.ts';
import { systemClock } from '../adapters/local/clock.ts';
import { systemIds } from '../adapters/local/ids.ts';
import type { PhaseName } from '../domain/catalog.ts';
import { refuseBySlot } from '../engine/refuse-by-slot.ts';
import { type Parsed, parseEnvelope } from '../envelope/parse-envelope.ts';
import type { Clock } from '../ports/clock.ts';
import type { DocumentsPort } from '../ports/documents.ts';
import type { Log } from '../ports/log.ts';
import { cloudSettings, text } from './cloud-settings.ts';
import { codeRevisionOf, databaseName, resourceNamer } from './deployed-names.ts';
import { keepEvidence } from './keep-evidence.ts';
import { type PushedEvent, pushedData } from './pushed-data.ts';
import { refuseForeignEndpoints } from './refuse-foreign-endpoints.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** What deployment alone says of a process: enough to refuse a message, not to run one. */
interface Refuser {
  judge(phase: PhaseName, event: PushedEvent): Promise<{ readonly parsed: Parsed; readonly log: Log }>;
  readonly documents: DocumentsPort;
}

export type Refuse = (phase: PhaseName, event: PushedEvent) => Promise<boolean>;

/**
 * The answer of a process that has not run anything yet to what it can refuse without configuration, engine and operations,
 * none of which has a say in it: a message that nobody could have sent rightly is kept as evidence and then acknowledged,
 * and one that its slot's own document refuses, a second copy above all, is counted and acknowledged. False when it is not
 * refused here, or could not be: then the whole runtime judges it.
 */
export function earlyRefusals(environment: Environment, write: (line: string) => void = toStdout): Refuse {
  let refuser: Refuser | undefined;
  return async (phase, event) => {
    try {
      refuser ??= refuserOf(environment, write);
      if (refuser === undefined) return false;
      const { documents } = refuser;
      const { parsed, log } = await refuser.judge(phase, event);
      if (!parsed.ok) {
        await keepEvidence(documents, parsed.evidence);
        log.write('WARNING', `${phase} refused: malformed`, { detail: parsed.why });
        return true;
      }
      const { trigger } = parsed;
      // These two are judged by more than a slot's document.
      if (trigger.dryRun || trigger.shard !== undefined) return false;
      const refused = await refuseBySlot({ documents, log }, trigger);
      // The first copy of a message may still die: the whole runtime knows how to have this one delivered again.
      if (refused === undefined || refused.reason === 'redelivery') return false;
      log.write('NOTICE', `${phase} refused: ${refused.reason}`, { detail: refused.detail });
      return true;
    } catch {
      // Nothing is lost by it: the runtime does it again, and what is wrong with the process or the store is told there.
      return false;
    }
  };
}

const toStdout = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

/** Undefined where deployment says too little, and where there is none: on one machine, or in a test. */
function refuserOf(environment: Environment, write: (line: string) => void): Refuser | undefined {
  const projectId = text(environment, 'GOOGLE_CLOUD_PROJECT');
  const environmentName = text(environment, 'HIGHNOON_ENV');
  if (environment.HIGHNOON_STORE !== 'firestore' || projectId === undefined || environmentName === undefined)
    return undefined;
  refuseForeignEndpoints(environment, 'firestore');
  const { clockUrl, databaseId, emulators, service } = cloudSettings(environment);
  const resourceName = resourceNamer(environmentName);
  const shared = testDay(clockUrl);
  return {
    async judge(phase, event) {
      const { clock, data } = await pushedAt(shared, event);
      const envelope = { source: event.source, id: event.id, data };
      return {
        parsed: parseEnvelope(envelope, { phase, topic: resourceName(phase), now: clock.now() }),
        log: createCloudLog({ projectId, service, version: codeRevisionOf(environment), clock, write }),
      };
    },
    documents: new FirestoreDocuments({
      projectId,
      databaseId: databaseId ?? databaseName(environmentName, emulators !== undefined),
      emulatorHost: emulators?.firestore,
      clock: systemClock,
      ids: systemIds,
      readTime: shared === undefined ? undefined : async () => (await shared()).clock.refresh(),
    }),
  };
}

interface TestDay {
  readonly clock: SharedClock;
  /** Gives a message the time at which it first came, by the day's clock. */
  readonly restamp: (data: unknown) => unknown;
}

/** Loaded where deployment names the clock of a test day, and nowhere else; once, because it knows what came before. */
function testDay(url: string | undefined): (() => Promise<TestDay>) | undefined {
  if (url === undefined) return undefined;
  let day: Promise<TestDay> | undefined;
  return () => {
    day ??= Promise.all([import('../adapters/gcp/clock.ts'), import('./restamp.ts')]).then(
      ([{ createSharedClock }, { restampBy }]) => {
        const clock = createSharedClock(url, systemClock);
        return { clock, restamp: restampBy(clock) };
      },
    );
    return day;
  };
}

async function pushedAt(
  shared: (() => Promise<TestDay>) | undefined,
  event: PushedEvent,
): Promise<{ clock: Clock; data: unknown }> {
  const data = pushedData(event);
  if (shared === undefined) return { clock: systemClock, data };
  const { clock, restamp } = await shared();
  await clock.refresh();
  return { clock, data: restamp(data) };
}
