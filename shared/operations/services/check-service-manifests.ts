import type { Service } from '../../domain/configuration/index.ts';
import { PortError } from '../../domain/errors.ts';
import { type Evidence, fails, type Observation, result, unknown } from '../../domain/finding.ts';
import { sha256 } from '../../domain/json.ts';
import type { ObjectId, Repository } from '../../ports/repositories.ts';
import { type ContextOf, defineOperation } from '../define-operation.ts';
import { branchOf, lookOptions, portRepository } from '../repositories/repository.ts';
import { cannotTell } from '../support/cannot-tell.ts';
import { mapLimited } from '../support/map-limited.ts';
import { nothingConfigured } from '../support/nothing-configured.ts';
import { judgeManifest } from './judge-manifest.ts';
import { readManifest } from './read-manifest.ts';
import { softness, subjectOf } from './service.ts';

type Context = ContextOf<'repositories'>;

const AT_ONCE = 8;
/** Manifests are a page or two; what is longer is not worth the time of taking it apart. */
const LARGEST_MANIFEST = 64 * 1024;

interface Place {
  readonly repository: Repository;
  readonly commit: ObjectId;
}

export const checkServiceManifests = defineOperation({
  name: 'check-service-manifests',
  claim: 'the deployment manifest of every service that has one says what `manifest_rules` asks for',
  kind: 'check',
  failure: 'hard',
  needs: ['repositories'],
  timeoutSeconds: 120,
  async run(context) {
    const services = context.configuration.services.filter(({ manifest }) => manifest !== null);
    const [configured] = context.configuration.repositories;
    if (services.length === 0 || configured === undefined)
      return nothingConfigured(context, 'services with `manifest`');
    const repository = portRepository(configured);
    let commit: ObjectId | undefined;
    try {
      commit = (await context.ports.repositories.listRefs(repository, lookOptions(context))).refs.get(
        branchOf(configured),
      );
    } catch (error) {
      const unread = (service: Service) =>
        cannotTell(error, manifestSubject(service), `${configured.name} cannot be read`, softness(service));
      return result(services.map(unread), []);
    }
    if (commit === undefined) {
      const message = `${configured.name} has no branch ${configured.default_branch}, so no manifest can be read`;
      const remedy = 'correct `default_branch`, or push it';
      const absent = (service: Service) =>
        unknown({ code: 'no-branch', subject: manifestSubject(service), message, remedy, ...softness(service) });
      return result(services.map(absent), []);
    }
    const place = { repository, commit };
    const looked = await mapLimited(services, AT_ONCE, (service) => look(context, place, service));
    return result(
      looked.flatMap(({ findings }) => findings),
      looked.flatMap(({ evidence }) => evidence),
    );
  },
});

const manifestSubject = (service: Service): string => `${subjectOf(service)}/manifest`;

async function look(
  context: Context,
  { repository, commit }: Place,
  service: Service,
): Promise<{ findings: Observation[]; evidence: Evidence[] }> {
  const base = { subject: manifestSubject(service), ...softness(service) };
  const path = service.manifest ?? '';
  const request = `${path} of ${repository.name} at ${commit}`;
  let bytes: Uint8Array;
  try {
    const options = { ...lookOptions(context), maxBytes: LARGEST_MANIFEST };
    bytes = await context.ports.repositories.readFile(repository, commit, path, options);
  } catch (error) {
    if (!(error instanceof PortError) || error.code !== 'not-found')
      return { findings: [cannotTell(error, base.subject, `${path} cannot be read`, softness(service))], evidence: [] };
    const remedy = 'commit the manifest, or correct `manifest` of the service';
    const absent = fails({ ...base, code: 'manifest-absent', message: `there is no ${request}`, remedy });
    return { findings: [absent], evidence: [] };
  }
  const evidence = { subject: base.subject, request, observedAt: context.now(), digest: `sha256:${sha256(bytes)}` };
  const reading = readManifest(Buffer.from(bytes).toString('utf8'));
  const broken = reading.ok
    ? judgeManifest(reading.manifest, context.configuration.manifest_rules)
    : [{ code: 'unreadable', message: `${path}: ${reading.mistake}`, remedy: 'write it as Cloud Run takes it' }];
  return { findings: broken.map((rule) => fails({ ...base, ...rule })), evidence: [evidence] };
}
