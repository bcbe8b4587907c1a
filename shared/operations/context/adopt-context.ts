import { adoptedManifest, manifestDigest, writeManifest } from '../../domain/context/index.ts';
import { type Evidence, noted, type Observation, result, unknown } from '../../domain/finding.ts';
import type { Bindings } from '../../domain/ticket.ts';
import { type ContextOf, defineOperation } from '../define-operation.ts';
import { type Observed, observeCommits } from '../repositories/observe-repositories.ts';
import { attemptTime, branchOf, softness, subjectOf } from '../repositories/repository.ts';
import { blocks } from '../repositories/ticketed.ts';
import { keptUri, lookAtManifest, MANIFEST, manifestUnreadable } from './manifest-object.ts';
import { objectEffect } from './object-effect.ts';

type Context = ContextOf<'objects' | 'repositories'>;
interface Present {
  readonly digest: string;
  readonly bytes: Uint8Array;
}

/**
 * On the first day of all makes the manifest from what is observed, and on every day keeps a copy of the present one
 * under its own digest: noon replaces it, and a rollback needs what it replaced.
 */
export const adoptContext = defineOperation({
  name: 'adopt-context',
  claim: 'there is a manifest to start from, and a copy of it to return to',
  kind: 'action',
  failure: 'hard',
  needs: ['objects', 'repositories'],
  timeoutSeconds: 120,
  async run(context) {
    const findings: Observation[] = [];
    const evidence: Evidence[] = [];
    const present = await presentOrAdopted(context, findings, evidence);
    const isGenesis = context.lastKnownGood === undefined;
    if (present === undefined) return { ...result(findings, evidence), output: { manifest: null, adopted: false } };
    const uri = keptUri(context.configuration.context_manifest.uri, present.digest);
    const keep = {
      target: `${MANIFEST}/kept`,
      detail: `keep ${present.digest} as ${uri}`,
      uri,
      from: null,
      to: present,
    };
    evidence.push(await context.effects.apply(objectEffect(context, keep)));
    return { ...result(findings, evidence), output: { manifest: present.digest, adopted: isGenesis } };
  },
});

async function presentOrAdopted(
  context: Context,
  findings: Observation[],
  evidence: Evidence[],
): Promise<Present | undefined> {
  const { uri, create_if_missing: mayCreate } = context.configuration.context_manifest;
  const isGenesis = context.lastKnownGood === undefined;
  const look = await lookAtManifest(context).catch((error: unknown) => ({ finding: manifestUnreadable(error) }));
  if ('finding' in look) {
    findings.push(look.finding);
    return undefined;
  }
  if (look.state === 'found') {
    const isOwn = look.reading.ok && look.reading.manifest.run === context.runId;
    // Made by this very attempt before a crash: the intent that is still open for it has to be settled.
    if (isOwn) evidence.push(await create(context, look.object));
    if (isGenesis) findings.push(adopted(context, `the manifest ${look.object.digest} is taken over as it was found`));
    return look.object;
  }
  if (!isGenesis || !mayCreate) {
    const remedy = 'see what validate-context-manifest says of it';
    findings.push(unknown({ code: 'missing', subject: MANIFEST, message: `there is no manifest at ${uri}`, remedy }));
    return undefined;
  }
  const observed = await observeCommits(context, { judged: false });
  evidence.push(...observed.evidence);
  findings.push(...observed.findings, ...notObserved(context, observed));
  if (blocks(findings)) return undefined;
  const first = compose(context, observed.bindings);
  evidence.push(await create(context, first));
  const done = context.mode === 'run' ? 'was made' : 'would be made';
  findings.push(adopted(context, `the first manifest ${done} from what is observed: ${first.digest}`));
  return first;
}

/** What could not be read has a finding already; an empty repository can be read well enough. */
function notObserved(context: Context, { bindings, findings }: Observed): Observation[] {
  const told = new Set(findings.map(({ subject }) => subject));
  const missing = context.configuration.repositories.filter(
    (configured) => bindings[`repositories/${configured.name}/commit`] === null && !told.has(subjectOf(configured)),
  );
  return missing.map((configured) =>
    unknown({
      code: 'not-observed',
      subject: subjectOf(configured),
      message: `${configured.name} has no ${branchOf(configured)}, so the first manifest can name no commit of it`,
      remedy: 'push the branch, then rerun t-90-prep',
      ...softness(configured),
    }),
  );
}

function compose(context: Context, bindings: Bindings): Present {
  const names = context.configuration.repositories.map(({ name }) => name);
  const commits = names.map((name) => {
    const commit = bindings[`repositories/${name}/commit`];
    return [name, typeof commit === 'string' ? commit : null] as const;
  });
  const circumstances = {
    at: attemptTime(context),
    runId: context.runId,
    pins: context.pins,
    repositories: names,
  };
  const bytes = Buffer.from(writeManifest(adoptedManifest(circumstances, Object.fromEntries(commits))));
  return { bytes, digest: manifestDigest(bytes) };
}

function create(context: Context, to: Present): Promise<Evidence> {
  const { uri } = context.configuration.context_manifest;
  const detail = `create ${uri} from the commits that are there now`;
  return context.effects.apply(objectEffect(context, { target: MANIFEST, detail, uri, from: null, to }));
}

const adopted = (context: Context, message: string): Observation =>
  noted({
    code: 'adopted',
    subject: MANIFEST,
    message: `${message}; no noon has been good yet`,
    remedy: 'see that it is what should be released from now on',
    facts: { date: context.date },
  });
