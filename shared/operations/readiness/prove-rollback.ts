import { type Evidence, fails, noted, type Observation, result } from '../../domain/finding.ts';
import type { Revision } from '../../domain/revision.ts';
import { type ContextOf, defineOperation } from '../define-operation.ts';
import { proveRepositoryRollback } from '../repositories/prove-repository-rollback.ts';
import { releasedServices } from '../services/service.ts';
import { cannotTell } from '../support/cannot-tell.ts';

type Context = ContextOf<'datasets' | 'repositories' | 'services'>;

interface Proof {
  readonly findings: readonly Observation[];
  readonly evidence: readonly Evidence[];
}

/** A rollback that was never shown to be possible is a hope: each part of the last known good is looked for, before it is needed. */
export const proveRollback = defineOperation({
  name: 'prove-rollback',
  claim: 'every artefact of the last known good still exists, and this program may put it back',
  kind: 'check',
  failure: 'hard',
  needs: ['datasets', 'repositories', 'services'],
  timeoutSeconds: 120,
  async run(context) {
    const good = context.lastKnownGood;
    const parts = [
      await proveRepositoryRollback(context),
      await proveServices(context, good),
      await proveDatasets(context, good),
    ];
    const findings = parts.flatMap((part) => part.findings);
    if (good === undefined) {
      findings.push(
        noted({
          code: 'genesis',
          subject: 'last-known-good',
          message: 'no last known good is stored yet: this day adopts what it finds',
          remedy: 'nothing to do',
        }),
      );
    }
    return result(
      findings,
      parts.flatMap((part) => part.evidence),
    );
  },
});

async function proveServices(context: Context, good: Revision | undefined): Promise<Proof> {
  const findings: Observation[] = [];
  const evidence: Evidence[] = [];
  const platformNames = new Map(
    releasedServices(context.configuration.services).map(({ service, platformName }) => [service.name, platformName]),
  );
  for (const [service, revision] of Object.entries(good?.services ?? {})) {
    if (revision === null) continue;
    const subject = `services/${service}/${revision}`;
    try {
      const state = await context.ports.services.revision(
        platformNames.get(service) ?? service,
        revision,
        context.signal,
      );
      evidence.push({
        subject,
        request: `revision ${revision} of ${service}`,
        observedAt: context.now(),
        value: state.image,
      });
      if (!state.ready)
        findings.push(
          fails({
            code: 'not-ready',
            subject,
            message: `${revision} is not ready to serve`,
            remedy: 'make it ready, or deploy it again',
          }),
        );
    } catch (error) {
      findings.push(cannotTell(error, subject, `the revision to return to, ${revision}, cannot be looked at`));
    }
  }
  return { findings, evidence };
}

async function proveDatasets(context: Context, good: Revision | undefined): Promise<Proof> {
  const findings: Observation[] = [];
  const evidence: Evidence[] = [];
  for (const dataset of context.configuration.datasets) {
    const version = good?.datasets[dataset.name];
    if (version === null || version === undefined) continue;
    const subject = `datasets/${dataset.name}/${version}`;
    try {
      const manifest = await context.ports.datasets.manifest(dataset, version, context.signal);
      const changed =
        manifest === undefined ? [] : await context.ports.datasets.changedParts(dataset, version, context.signal);
      const request = `manifest and parts of version ${version} of ${dataset.name}`;
      evidence.push({ subject, request, observedAt: context.now(), value: manifest?.parts.length ?? null });
      const remedy = 'restore it from the backup, or adopt a new last known good';
      if (manifest === undefined)
        findings.push(
          fails({ code: 'missing', subject, message: `version ${version} of ${dataset.name} is gone`, remedy }),
        );
      if (changed.length > 0)
        findings.push(
          fails({
            code: 'changed',
            subject,
            message: `${changed.length} parts of the version are gone or were written again`,
            remedy,
          }),
        );
    } catch (error) {
      findings.push(cannotTell(error, subject, `the version to return to, ${version}, cannot be looked at`));
    }
  }
  return { findings, evidence };
}
