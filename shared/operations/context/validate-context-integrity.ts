import type { Repository as Configured } from '../../domain/configuration/index.ts';
import { COPY_PATH, COPY_REF, LARGEST_MANIFEST_BYTES, manifestDigest } from '../../domain/context/index.ts';
import { PortError } from '../../domain/errors.ts';
import { type Evidence, fails, type Observation, result, unknown } from '../../domain/finding.ts';
import { type ContextOf, defineOperation } from '../define-operation.ts';
import { AT_ONCE, branchOf, lookOptions, portRepository, softness, subjectOf } from '../repositories/repository.ts';
import { cannotTell } from '../support/cannot-tell.ts';
import { mapLimited } from '../support/map-limited.ts';
import {
  lookAtManifest,
  MANIFEST,
  type ManifestLook,
  manifestEvidence,
  manifestUnreadable,
} from './manifest-object.ts';
import { movedSince, type RepositoryNow, readPreparation } from './moved-since-preparation.ts';

type Context = ContextOf<'history' | 'objects' | 'repositories'>;

/** The manifest lies in one place and its copies in others, under other keys: who changes one does not change all. */
export const validateContextIntegrity = defineOperation({
  name: 'validate-context-integrity',
  claim: "the context manifest and each repository's copy of it are the same, byte for byte",
  kind: 'check',
  failure: 'hard',
  needs: ['history', 'objects', 'repositories'],
  timeoutSeconds: 120,
  async run(context) {
    let look: ManifestLook;
    try {
      look = await lookAtManifest(context);
    } catch (error) {
      return result([manifestUnreadable(error)], []);
    }
    if (look.state === 'absent') return result([absent(context)], [manifestEvidence(context, look)]);
    const { digest } = look.object;
    const { repositories } = context.configuration;
    const copies = await mapLimited(repositories, AT_ONCE, (configured) => compareCopy(context, configured, digest));
    const preparation = await readPreparation(context);
    const findings = [
      ...malformed(look),
      ...copies.flatMap((copy) => copy.findings),
      ...movedSince(
        preparation,
        digest,
        copies.flatMap((copy) => copy.now ?? []),
      ),
    ];
    const evidence = [manifestEvidence(context, look), ...copies.flatMap((copy) => copy.evidence)];
    return { ...result(findings, evidence), output: { manifest: digest } };
  },
});

const absent = (context: Context): Observation =>
  unknown({
    code: 'missing',
    subject: MANIFEST,
    message: `there is no manifest at ${context.configuration.context_manifest.uri}`,
    remedy: 'put it back from a copy, then rerun t-90-prep and t-30-final-check',
  });

function malformed(look: Extract<ManifestLook, { state: 'found' }>): Observation[] {
  if (look.reading.ok) return [];
  const message = `the manifest is malformed: ${look.reading.mistakes.join('; ')}`;
  return [fails({ code: 'malformed', subject: MANIFEST, message, remedy: 'put it back from a copy' })];
}

interface Copy {
  readonly findings: readonly Observation[];
  readonly evidence: readonly Evidence[];
  readonly now?: RepositoryNow;
}

async function compareCopy(context: Context, configured: Configured, digest: string): Promise<Copy> {
  const subject = `${subjectOf(configured)}/context`;
  const { repositories } = context.ports;
  const repository = portRepository(configured);
  try {
    const { refs } = await repositories.listRefs(repository, lookOptions(context));
    const now: RepositoryNow = {
      name: configured.name,
      head: refs.get(branchOf(configured)) ?? null,
      releaseRef: refs.get(configured.release_ref) ?? null,
    };
    const at = refs.get(COPY_REF);
    const request = `${COPY_REF}:${COPY_PATH} of ${configured.name}`;
    const copy = at === undefined ? undefined : await digestOfCopy(context, repository, at);
    const base = { subject, request, observedAt: context.now() };
    const evidence: Evidence =
      copy === undefined ? { ...base, value: null } : { ...base, value: at ?? null, digest: copy };
    if (copy === digest) return { findings: [], evidence: [evidence], now };
    const finding =
      copy === undefined ? withoutCopy(context, configured, subject) : otherCopy(configured, subject, copy, digest);
    return { findings: [finding], evidence: [evidence], now };
  } catch (error) {
    const what = `the copy of the manifest in ${configured.name} cannot be read`;
    return { findings: [cannotTell(error, subject, what, softness(configured))], evidence: [] };
  }
}

async function digestOfCopy(context: Context, repository: ReturnType<typeof portRepository>, at: string) {
  try {
    const options = { ...lookOptions(context), maxBytes: LARGEST_MANIFEST_BYTES };
    return manifestDigest(await context.ports.repositories.readFile(repository, at, COPY_PATH, options));
  } catch (error) {
    // The branch is there and the file is not: as good as no copy.
    if (error instanceof PortError && error.code === 'not-found') return undefined;
    throw error;
  }
}

/** Copies are written by noon, so before the first good one there are none, nor in a repository that was added since. */
function withoutCopy(context: Context, configured: Configured, subject: string): Observation {
  const good = context.lastKnownGood;
  const isExpected = good === undefined || good.adopted || good.commits[configured.name] === undefined;
  const message = `${configured.name} has no copy of the manifest on ${COPY_REF}`;
  const soft = isExpected || !configured.required;
  const remedy = isExpected
    ? 'nothing to do: noon writes it'
    : `put the manifest there as ${COPY_PATH}, and find out who removed it`;
  return fails({ code: 'no-copy', subject, message, remedy, soft });
}

const otherCopy = (configured: Configured, subject: string, copy: string, digest: string): Observation =>
  fails({
    code: 'copy-differs',
    subject,
    message: `the copy in ${configured.name} is ${copy}, and the manifest is ${digest}`,
    remedy: `find out which of the two was changed, and put it right (the copy is ${COPY_REF}:${COPY_PATH})`,
    ...softness(configured),
  });
