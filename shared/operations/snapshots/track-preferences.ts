import type { MemoryCollection } from '../../domain/configuration/index.ts';
import { PortError } from '../../domain/errors.ts';
import { type Evidence, type Observation, result } from '../../domain/finding.ts';
import type { Json } from '../../domain/json.ts';
import { isGo } from '../../domain/verdict.ts';
import { IntegrityError } from '../../snapshots/index.ts';
import { defineOperation } from '../define-operation.ts';
import { nothingConfigured } from '../support/nothing-configured.ts';
import { type CaptureContext, type Captured, captureCollections } from './capture-collections.ts';
import { type CaptureHead, field, type RangedParts } from './capture-head.ts';
import { captureShare } from './capture-ranges.ts';
import { explainFault } from './explain-damage.ts';
import { nameHashed } from './name-hashed.ts';
import { type DriftSummary, preferenceDrift } from './preference-drift.ts';
import { sealEffect, snapshotCollections } from './seal-snapshot.ts';
import { storeOf, subjectOf } from './snapshot-store.ts';

export const trackPreferences = defineOperation({
  name: 'track-preferences',
  claim: 'preferences are captured, the snapshot is complete, and how preferences evolved is known',
  kind: 'action',
  failure: 'hard',
  needs: ['memory', 'objects', 'keys'],
  timeoutSeconds: 600,
  resumable: true,
  runShard: captureShare,
  async run(context) {
    const { memory } = context.configuration;
    if (memory.length === 0) return nothingConfigured(context, 'memory');
    const preferences = memory.filter((each) => subjectOf(each) === 'preferences');
    const captured = await captureAll(context, preferences);
    const { head, findings, evidence } = captured;
    const isWhole = !findings.some(({ state, soft }) => state !== 'noted' && soft !== true);
    const others = ['capture-behavior', 'preserve-context'].map((name) => context.earlier(name));
    if (!isWhole || others.some((each) => each !== undefined && !isGo(each.verdict)))
      return { ...result(findings, evidence), output: captured.output };
    const sealed = await context.effects.apply(await sealEffect(context, head, rangedSoFar(context, captured)));
    const drift = await driftSince(
      context,
      head,
      preferences.map(({ collection }) => collection),
    );
    return {
      ...result([...findings, ...drift.findings], [...evidence, sealed, ...drift.evidence]),
      output: {
        ...(captured.output as Record<string, Json>),
        snapshot: context.mode === 'run' ? head.id : null,
        evolution: drift.summary as unknown as Json,
      },
    };
  },
});

/** Where the parent turned out to be damaged, what was captured upon it before is captured once more, whole. */
async function captureAll(context: CaptureContext, preferences: readonly MemoryCollection[]): Promise<Captured> {
  const captured = await captureCollections(context, preferences);
  const { head } = captured;
  if (head.damagedParent === null || context.mode !== 'run') return captured;
  const whole = await captureCollections(context, snapshotCollections(context.configuration.memory), {
    head,
    isNew: false,
  });
  return { ...whole, findings: [...captured.findings, ...whole.findings] };
}

/** What this operation and those before it captured in ranges. */
const rangedSoFar = (context: CaptureContext, captured: Captured): RangedParts =>
  Object.assign(
    {},
    ...['capture-behavior', 'preserve-context'].map((name) =>
      field<RangedParts>(context.earlier(name)?.output, 'ranged'),
    ),
    captured.ranged,
  );

interface Evolution {
  readonly summary: DriftSummary | null;
  readonly findings: readonly Observation[];
  readonly evidence: readonly Evidence[];
}

/** Without a parent there is nothing to have evolved from; a damaged one is told, and loses only this comparison. */
async function driftSince(
  context: CaptureContext,
  head: CaptureHead,
  collections: readonly string[],
): Promise<Evolution> {
  if (context.mode !== 'run' || head.parent === null || collections.length === 0)
    return { summary: null, findings: [], evidence: [] };
  try {
    const summary = await preferenceDrift(storeOf(context), head.parent, head.id, collections, nameHashed(context));
    const request = `preferences of snapshot ${head.id} against ${head.parent}`;
    const { users, medianScore, greatestScore } = summary;
    const value = { users, medianScore, greatestScore } as unknown as Json;
    return { summary, findings: [], evidence: [{ subject: 'preferences', request, observedAt: context.now(), value }] };
  } catch (error) {
    if (!(error instanceof IntegrityError || error instanceof PortError)) throw error;
    const finding = explainFault(error, 'preferences', 'how they evolved cannot be told');
    return { summary: null, findings: [{ ...finding, soft: true }], evidence: [] };
  }
}
