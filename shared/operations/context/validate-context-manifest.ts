import {
  type ContextManifest,
  chainFault,
  readManifest,
  repositoryGaps,
  surplusRepositories,
} from '../../domain/context/index.ts';
import { chainSlot } from '../../domain/day.ts';
import { isGood } from '../../domain/ending.ts';
import { PortError } from '../../domain/errors.ts';
import { type Evidence, fails, noted, type Observation, result, unknown } from '../../domain/finding.ts';
import type { Json } from '../../domain/json.ts';
import { dateOf, hoursBetween, type Instant, plusSeconds } from '../../domain/time.ts';
import { type ContextOf, defineOperation } from '../define-operation.ts';
import { cannotTell } from '../support/cannot-tell.ts';
import {
  keptUri,
  lookAtManifest,
  MANIFEST,
  type ManifestLook,
  manifestEvidence,
  manifestUnreadable,
  readKept,
} from './manifest-object.ts';

type Context = ContextOf<'history' | 'objects'>;

/** What everything else of the day starts from: the record of what was released last. */
export const validateContextManifest = defineOperation({
  name: 'validate-context-manifest',
  claim:
    'the context manifest is there, well formed, of the last good noon, and names every repository with its commit',
  kind: 'check',
  failure: 'hard',
  needs: ['history', 'objects'],
  timeoutSeconds: 60,
  async run(context) {
    let look: ManifestLook;
    try {
      look = await lookAtManifest(context);
    } catch (error) {
      return { ...result([manifestUnreadable(error)], []), output: { manifest: null } };
    }
    const evidence = [manifestEvidence(context, look)];
    if (look.state === 'absent') return { ...result([judgeAbsence(context)], evidence), output: { manifest: null } };
    const { reading, object } = look;
    const output: Json = { manifest: object.digest };
    if (!reading.ok) return { ...result([malformed(context, reading.mistakes)], evidence), output };
    const { manifest } = reading;
    const chain = await judgeChain(context, object.digest, manifest);
    const findings = [
      ...judgeRepositories(context, manifest),
      ...(await judgeAge(context, object.digest, manifest)),
      ...chain.findings,
    ];
    return {
      ...result(findings, [...evidence, ...chain.evidence]),
      output: { manifest: object.digest, sequence: manifest.sequence },
    };
  },
});

const fresh = 'put back the newest copy, from a context branch or from beside the manifest';

function judgeAbsence(context: Context): Observation {
  const { uri, create_if_missing: mayCreate } = context.configuration.context_manifest;
  const isGenesis = context.lastKnownGood === undefined;
  if (isGenesis && mayCreate) {
    const message = `there is no manifest at ${uri} yet: adopt-context makes the first one from what is observed`;
    return noted({ code: 'to-be-adopted', subject: MANIFEST, message, remedy: 'nothing to do' });
  }
  const why = isGenesis ? 'and `create_if_missing` is off' : 'and this is not the first day';
  const remedy = isGenesis ? 'put one there, or switch `create_if_missing` on' : fresh;
  return unknown({ code: 'missing', subject: MANIFEST, message: `there is no manifest at ${uri}, ${why}`, remedy });
}

const malformed = (context: Context, mistakes: readonly string[]): Observation =>
  fails({
    code: 'malformed',
    subject: MANIFEST,
    message: `${context.configuration.context_manifest.uri} is not a context manifest: ${mistakes.join('; ')}`,
    remedy: fresh,
  });

function judgeRepositories(context: Context, manifest: ContextManifest): Observation[] {
  const { repositories } = context.configuration;
  const names = repositories.map(({ name }) => name);
  const isGenesis = context.lastKnownGood === undefined;
  const gaps = repositoryGaps(manifest, names).map(({ name, gap }) => {
    const isOptional = repositories.find((one) => one.name === name)?.required === false;
    // The scripts before High Noon wrote down folders; noon replaces their manifest by one with commits.
    const isOld = manifest.shape === '1.0' && gap === 'no-commit';
    // Added to the configuration since the last noon: the next one names it.
    const isNew = !isGenesis && context.lastKnownGood?.commits[name] === undefined && gap === 'absent';
    const subject = `${MANIFEST}/${name}`;
    const soft = isOptional || isOld || isNew;
    const message = `the manifest ${GAPS[gap]} ${name}`;
    return fails({ code: `repository-${gap}`, subject, message, remedy: 'let noon write a new manifest', soft });
  });
  const surplus = surplusRepositories(manifest, names).map((name) =>
    noted({
      code: 'repository-surplus',
      subject: `${MANIFEST}/${name}`,
      message: `the manifest names ${name}, which the configuration does not`,
      remedy: 'nothing to do: the next manifest leaves it out',
    }),
  );
  return [...gaps, ...surplus];
}

const GAPS = {
  absent: 'does not name',
  missing: 'says that there is no',
  'no-commit': 'names no commit of',
} as const;

async function judgeAge(context: Context, digest: string, manifest: ContextManifest): Promise<Observation[]> {
  const { max_age_h: maxAgeHours } = context.configuration.context_manifest;
  const now = context.now();
  const at = manifest.syncedAt;
  if (at > plusSeconds(now, context.configuration.deployment.clock_skew_s)) {
    const message = `the manifest is dated ${at}, which is in the future: it proves no age`;
    return [unknown({ code: 'future', subject: MANIFEST, message, remedy: fresh })];
  }
  const hours = hoursBetween(at, now);
  if (hours <= maxAgeHours) return [];
  const stale = `the manifest is ${Math.floor(hours)} h old; at most ${maxAgeHours} h are allowed`;
  const noon = context.lastKnownGood?.manifest === digest ? await newestNoonWithoutSync(context, at) : undefined;
  if (noon !== undefined && 'finding' in noon) return [noon.finding];
  const isExplained = noon !== undefined && hoursBetween(noon.dueAt, now) <= maxAgeHours;
  if (!isExplained) return [unknown({ code: 'stale', subject: MANIFEST, message: stale, remedy: STALE_REMEDY })];
  // Otherwise one scrubbed day would keep every later day from ever having a noon that could write a new one.
  const message = `${stale}, and it is still the last known good: the noon of ${noon.dueAt} ended ${noon.ending}`;
  return [
    unknown({
      code: 'stale',
      subject: MANIFEST,
      message,
      remedy: 'nothing to do: a good noon writes a new one',
      soft: true,
    }),
  ];
}

const STALE_REMEDY =
  'find out why no noon was recorded since; on the first day remove or renew it, later override this finding by name';

/** The newest noon since the manifest that concluded without a good ending: a recorded reason why there is no newer one. */
async function newestNoonWithoutSync(
  context: Context,
  since: Instant,
): Promise<{ dueAt: Instant; ending: string } | { finding: Observation } | undefined> {
  try {
    const days = await context.ports.history.days(dateOf(since), context.date);
    for (const day of [...days].reverse()) {
      const noon = day.slots[chainSlot('high-noon-sync', day.date).slotId];
      if (noon?.status !== 'concluded' || noon.ending === null || noon.dueAt <= since) continue;
      return isGood(noon.ending) ? undefined : { dueAt: noon.dueAt, ending: noon.ending };
    }
    return undefined;
  } catch (error) {
    return { finding: cannotTell(error, MANIFEST, 'why the manifest is old cannot be told') };
  }
}

/** The head of the chain is what the last good noon stored of it; the link behind it is kept under its own digest. */
async function judgeChain(
  context: Context,
  digest: string,
  manifest: ContextManifest,
): Promise<{ findings: Observation[]; evidence: Evidence[] }> {
  const findings: Observation[] = [];
  const good = context.lastKnownGood?.manifest ?? null;
  if (good !== null && good !== digest) {
    const message = `the manifest is ${digest}; the last known good has ${good}`;
    findings.push(fails({ code: 'not-last-known-good', subject: MANIFEST, message, remedy: fresh }));
  }
  const { previous } = manifest;
  if (previous === null) return { findings, evidence: [] };
  const subject = `${MANIFEST}/previous`;
  const request = `object ${keptUri(context.configuration.context_manifest.uri, previous)}`;
  try {
    const kept = await readKept(context, previous);
    const evidence: Evidence[] = [{ subject, request, observedAt: context.now(), value: kept?.info.bytes ?? null }];
    if (kept === undefined) {
      const message = `the manifest before, ${previous}, is not kept any more, so the chain cannot be followed behind this one`;
      const remedy = 'nothing to do if somebody cleaned up; else find out who removed or changed it';
      return {
        findings: [...findings, unknown({ code: 'chain-not-followed', subject, message, remedy, soft: true })],
        evidence,
      };
    }
    const before = readManifest(kept.bytes);
    const fault = before.ok
      ? chainFault({ digest, manifest }, before)
      : `the manifest before is malformed: ${before.mistakes.join('; ')}`;
    if (fault !== undefined)
      findings.push(fails({ code: 'chain-broken', subject, message: `the chain is broken: ${fault}`, remedy: fresh }));
    return { findings, evidence };
  } catch (error) {
    if (!(error instanceof PortError)) throw error;
    return { findings: [...findings, cannotTell(error, subject, 'the manifest before cannot be read')], evidence: [] };
  }
}
