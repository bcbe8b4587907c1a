import { type Evidence, fails, noted, type Observation, result, unknown } from '../../domain/finding.ts';
import type { ServiceState } from '../../ports/services.ts';
import { type ContextOf, defineOperation } from '../define-operation.ts';
import { cannotTell } from '../support/cannot-tell.ts';
import { mapLimited } from '../support/map-limited.ts';
import { nothingConfigured } from '../support/nothing-configured.ts';
import { healthOf } from './check-service-health.ts';
import { imageReference } from './image-reference.ts';
import { servingOf } from './observe-services.ts';
import { type ReleasedService, releasedServices, softness, subjectOf } from './service.ts';

type Context = ContextOf<'http' | 'services'>;

const AT_ONCE = 8;
const REMEDY = 'look at the service on its platform; noon puts traffic back to the revision that served before';

export const validateServiceDeployments = defineOperation({
  name: 'validate-service-deployments',
  claim:
    'every released service is settled, serves the ticketed revision alone, from an image by digest, and is healthy',
  kind: 'check',
  failure: 'hard',
  needs: ['http', 'services'],
  timeoutSeconds: 180,
  async run(context) {
    const released = releasedServices(context.configuration.services);
    if (released.length === 0) return nothingConfigured(context, 'services with `release`');
    const looked = await mapLimited(released, AT_ONCE, (one) => look(context, one));
    return result(
      looked.flatMap(({ findings }) => findings),
      looked.flatMap(({ evidence }) => evidence),
    );
  },
});

interface Looked {
  readonly findings: readonly Observation[];
  readonly evidence: readonly Evidence[];
}

async function look(context: Context, released: ReleasedService): Promise<Looked> {
  const { service, platformName } = released;
  const subject = subjectOf(service);
  try {
    const state = await context.ports.services.describe(platformName, context.signal);
    const serving = servingOf(state);
    const image = serving === null ? null : await imageOf(context, platformName, serving);
    const value = { serving, latestReady: state.latestReadyRevision, etag: state.etag, image };
    const request = `state of ${platformName} and image of ${serving ?? 'no revision alone'}`;
    const health = await healthOf(context, service);
    return {
      findings: [
        ...judgeState(released, state),
        ...judgeServing(context, released, serving),
        ...judgeImage(released, image),
        ...health.findings,
      ],
      evidence: [{ subject, request, observedAt: context.now(), value }, ...health.evidence],
    };
  } catch (error) {
    return {
      findings: [cannotTell(error, subject, `${platformName} cannot be looked at`, softness(service))],
      evidence: [],
    };
  }
}

const imageOf = async (context: Context, platformName: string, revision: string): Promise<string> =>
  (await context.ports.services.revision(platformName, revision, context.signal)).image;

/** Cloud Run's own conditions of a deployment that is over and went well. */
function judgeState({ service, platformName }: ReleasedService, state: ServiceState): Observation[] {
  const base = { subject: subjectOf(service), remedy: REMEDY, ...softness(service) };
  const { latestReadyRevision, latestCreatedRevision } = state;
  const findings: Observation[] = [];
  if (state.reconciling || !state.generationObserved) {
    const message = `the platform is still at work on ${platformName}: ${state.reconciling ? 'it reconciles' : 'its newest generation is not observed'}`;
    findings.push(unknown({ ...base, code: 'not-settled', message }));
  }
  if (!state.ready) findings.push(fails({ ...base, code: 'not-ready', message: `${platformName} is not ready` }));
  if (latestReadyRevision === null || latestReadyRevision !== latestCreatedRevision) {
    const message = `its newest revision ${latestCreatedRevision ?? 'none'} is not ready; ${latestReadyRevision ?? 'none'} is the newest that is`;
    findings.push(fails({ ...base, code: 'newest-not-ready', message }));
  }
  return findings;
}

/** What serves is what was ticketed. Before the release, in a dry-run or a rehearsal, it is what was pinned. */
function judgeServing(
  context: Context,
  { service, platformName }: ReleasedService,
  serving: string | null,
): Observation[] {
  const subject = subjectOf(service);
  const base = { subject, remedy: REMEDY, ...softness(service) };
  const ticketed = context.day.ticket?.bindings[`${subject}/candidate`];
  if (serving === null) {
    const message = `no revision of ${platformName} gets all traffic`;
    return [fails({ ...base, code: 'traffic-split', message })];
  }
  if (context.mode !== 'run') {
    const message = `${serving} serves; noon would have it be ${typeof ticketed === 'string' ? ticketed : 'what T-30 tickets'}`;
    return [noted({ ...base, code: 'before-release', message, remedy: 'none needed' })];
  }
  if (typeof ticketed !== 'string') {
    const message = 'the go ticket names no revision for it';
    return [fails({ ...base, code: 'not-ticketed', message })];
  }
  if (serving === ticketed) return [];
  return [
    fails({ ...base, code: 'another-revision-serves', message: `${serving} serves where ${ticketed} was ticketed` }),
  ];
}

function judgeImage({ service }: ReleasedService, image: string | null): Observation[] {
  if (image === null || imageReference(image).digest !== null) return [];
  const message = `its image ${image} is not pinned by digest, so that what runs may not be what was checked`;
  const remedy = 'deploy the image as `NAME@sha256:DIGEST`';
  return [fails({ code: 'image-not-by-digest', subject: subjectOf(service), message, remedy, ...softness(service) })];
}
