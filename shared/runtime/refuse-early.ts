import { FirestoreDocuments } from '../adapters/gcp/documents.ts';
import { createCloudLog } from '../adapters/gcp/log.ts';
import { systemClock } from '../adapters/local/clock.ts';
import { systemIds } from '../adapters/local/ids.ts';
import type { PhaseName } from '../domain/catalog.ts';
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
 * The answer of a process that has not run anything yet to a message that nobody could have sent rightly: it is kept as
 * evidence and then acknowledged, without configuration, engine and operations, none of which has a say in it. False when
 * it is not refused here, or its evidence could not be kept here: then the whole runtime judges it.
 */
export function earlyRefusals(environment: Environment, write: (line: string) => void = toStdout): Refuse {
  let refuser: Refuser | undefined;
  return async (phase, event) => {
    try {
      refuser ??= refuserOf(environment, write);
      if (refuser === undefined) return false;
      const { parsed, log } = await refuser.judge(phase, event);
      if (parsed.ok) return false;
      await keepEvidence(refuser.documents, parsed.evidence);
      log.write('WARNING', `${phase} refused: malformed`, { detail: parsed.why });
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
  return {
    async judge(phase, event) {
      const { clock, data } = await pushedAt(clockUrl, event);
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
    }),
  };
}

/** On a test day a message counts as published when it came, by the day's clock. */
async function pushedAt(clockUrl: string | undefined, event: PushedEvent): Promise<{ clock: Clock; data: unknown }> {
  const data = pushedData(event);
  if (clockUrl === undefined) return { clock: systemClock, data };
  const [{ createSharedClock }, { restampBy }] = await Promise.all([
    import('../adapters/gcp/clock.ts'),
    import('./restamp.ts'),
  ]);
  const clock = createSharedClock(clockUrl, systemClock);
  await clock.refresh();
  return { clock, data: restampBy(clock)(data) };
}
