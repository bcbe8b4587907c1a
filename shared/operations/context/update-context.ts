import { manifestDigest, nextManifest, readManifest, writeManifest } from '../../domain/context/index.ts';
import { type Evidence, fails, type Observation, result, unknown } from '../../domain/finding.ts';
import type { PlannedEffect } from '../../domain/operation.ts';
import type { Bindings } from '../../domain/ticket.ts';
import { type ContextOf, defineOperation } from '../define-operation.ts';
import { undoRefMove } from '../repositories/ref-effect.ts';
import { attemptTime } from '../repositories/repository.ts';
import { blocks, ticketedRelease } from '../repositories/ticketed.ts';
import { planCopies } from './copies.ts';
import { MANIFEST, manifestUnreadable, readKept, readObject, type SmallObject } from './manifest-object.ts';
import { objectEffect, undoObjectChange } from './object-effect.ts';

type Context = ContextOf<'objects' | 'repositories'>;

/** Writes down what this noon releases before anything is released, so that the record can never lag behind. */
export const updateContext = defineOperation({
  name: 'update-context',
  claim: 'the next context manifest is written, and each repository holds a copy of it on a branch of its own',
  kind: 'action',
  failure: 'hard',
  needs: ['objects', 'repositories'],
  timeoutSeconds: 240,
  async run(context) {
    const release = await ticketedRelease(context);
    const previous = await previousManifest(context, release.bindings);
    const findings: Observation[] = [...release.findings, ...previous.findings];
    const next = composeNext(context, release.bindings, previous.link);
    const copies = await planCopies(context, release.repositories, next.bytes);
    findings.push(...copies.findings);
    // Everything is planned before the first effect: what cannot be done is told while nothing has to be put back.
    if (blocks(findings) && context.mode === 'run') return result(findings, []);
    const effects = [writeObject(context, next, previous.link?.digest ?? null), ...copies.effects];
    const evidence: Evidence[] = [];
    for (const effect of effects) evidence.push(await context.effects.apply(effect));
    const output = { digest: next.digest, previous: previous.link?.digest ?? null, sequence: next.sequence };
    return { ...result(findings, evidence), output };
  },
  undo: (context, effect) =>
    effect.target === MANIFEST ? undoObjectChange(context, effect) : undoRefMove(context, effect),
});

interface Previous {
  readonly link: { readonly digest: string; readonly sequence: number } | undefined;
  readonly findings: readonly Observation[];
}

/** The ticketed manifest, read from the copy that a rollback would put back: without that copy nothing may begin. */
async function previousManifest(context: Context, bindings: Bindings): Promise<Previous> {
  const { uri } = context.configuration.context_manifest;
  const ticketed = bindings[MANIFEST];
  let found: SmallObject | undefined;
  try {
    found = typeof ticketed === 'string' ? await readKept(context, ticketed) : undefined;
    // A dry-run may come before any T-90: it plans with what is there.
    if (found === undefined && context.mode !== 'run') found = await readObject(context, uri);
  } catch (error) {
    return { link: undefined, findings: [manifestUnreadable(error)] };
  }
  const words = { subject: MANIFEST, remedy: 'rerun t-90-prep, which keeps a copy, then t-30-final-check' };
  if (found === undefined) {
    const message =
      typeof ticketed === 'string'
        ? `the ticketed manifest ${ticketed} is not kept, so it could not be put back`
        : 'the ticket binds no manifest to follow';
    return { link: undefined, findings: [unknown({ ...words, code: 'nothing-to-return-to', message })] };
  }
  const reading = readManifest(found.bytes);
  if (reading.ok) return { link: { digest: found.digest, sequence: reading.manifest.sequence }, findings: [] };
  const message = `the ticketed manifest is malformed: ${reading.mistakes.join('; ')}`;
  return { link: undefined, findings: [fails({ ...words, code: 'malformed', message })] };
}

interface Next {
  readonly bytes: Uint8Array;
  readonly digest: string;
  readonly sequence: number;
}

function composeNext(context: Context, bindings: Bindings, previous: Previous['link']): Next {
  const circumstances = {
    at: attemptTime(context),
    runId: context.runId,
    pins: context.pins,
    repositories: context.configuration.repositories.map(({ name }) => name),
  };
  const manifest = nextManifest(circumstances, bindings, previous);
  const bytes = Buffer.from(writeManifest(manifest));
  return { bytes, digest: manifestDigest(bytes), sequence: manifest.sequence };
}

function writeObject(context: Context, next: Next, from: string | null): PlannedEffect {
  const { uri } = context.configuration.context_manifest;
  const detail = `replace ${from ?? 'nothing'} by manifest ${next.sequence}, ${next.digest}, in ${uri}`;
  return objectEffect(context, { target: MANIFEST, detail, uri, from, to: next });
}
