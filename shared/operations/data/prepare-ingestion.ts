import type { Dataset } from '../../domain/configuration/index.ts';
import { type Evidence, type Observation, result } from '../../domain/finding.ts';
import type { Json } from '../../domain/json.ts';
import { type ContextOf, defineOperation } from '../define-operation.ts';
import { cannotTell } from '../support/cannot-tell.ts';
import { mapLimited } from '../support/map-limited.ts';
import { nothingConfigured } from '../support/nothing-configured.ts';
import { decideStaging, type Staging } from './decide-staging.ts';
import { softness, subjectOf } from './judge-volume.ts';
import { pointerEffect, pointerUndo } from './move-pointer.ts';

interface Prepared {
  readonly name: string;
  readonly findings: readonly Observation[];
  readonly evidence: readonly Evidence[];
  readonly output: Json;
}

/** Batches are read as streams; more at once would only share the same line and processor. */
const AT_ONCE = 2;
/** What is done is recognised when it is met again: a cursor is kept only to ask whether the stretch is over. */
const CURSOR_EVERY_MS = 30_000;

export const prepareIngestion = defineOperation({
  name: 'prepare-ingestion',
  claim: 'the good rows of every incoming batch are staged as one version, bad ones are set aside with their reason',
  kind: 'action',
  failure: 'hard',
  needs: ['datasets'],
  timeoutSeconds: 450,
  resumable: true,
  async run(context) {
    const { datasets } = context.configuration;
    if (datasets.length === 0) return nothingConfigured(context, 'datasets');
    let keptAtMs = context.remainingMs();
    const inTurn = oneAfterTheOther();
    const prepared = await mapLimited(datasets, AT_ONCE, async (dataset) => {
      const outcome = await prepare(context, dataset, inTurn);
      if (keptAtMs - context.remainingMs() > CURSOR_EVERY_MS) {
        keptAtMs = context.remainingMs();
        await context.saveCursor(dataset.name);
      }
      return outcome;
    });
    return {
      ...result(
        prepared.flatMap(({ findings }) => findings),
        prepared.flatMap(({ evidence }) => evidence),
      ),
      output: { datasets: Object.fromEntries(prepared.map(({ name, output }) => [name, output])) },
    };
  },
  undo: (context, effect) => pointerUndo(context, 'staged', effect),
});

type InTurn = <T>(work: () => Promise<T>) => Promise<T>;

/** The effects of one run write the same slot: two at once would wait for each other, or do their reading twice. */
function oneAfterTheOther(): InTurn {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const done = last.then(work, work);
    last = done;
    return done;
  };
}

async function prepare(context: ContextOf<'datasets'>, dataset: Dataset, inTurn: InTurn): Promise<Prepared> {
  const { name } = dataset;
  let staging: Staging;
  try {
    staging = await decideStaging(context, dataset);
  } catch (error) {
    const finding = cannotTell(error, subjectOf(dataset), 'its batches cannot be read', softness(dataset));
    return { name, findings: [finding], evidence: [], output: null };
  }
  const { move, findings, evidence, output } = staging;
  // Nothing arrived and nothing is live: there is no version to point to.
  if (move.from === null && move.to === null) return { name, findings, evidence, output };
  const receipt = await inTurn(() => context.effects.apply(pointerEffect(context, move)));
  return { name, findings, evidence: [...evidence, receipt], output };
}
