import { type Observation, result, unknown } from '../../domain/finding.ts';
import { digestOf, type Json } from '../../domain/json.ts';
import type { Revision } from '../../domain/revision.ts';
import { nextHighNoon } from '../../domain/slot.ts';
import type { Bindings } from '../../domain/ticket.ts';
import { defineOperation } from '../define-operation.ts';
import { familyOf, familyOr } from './revision-of.ts';

/** What noon did, operation by operation, must be on record with receipts before anybody is told that it is good. */
const REPORTED = [
  'update-context',
  'sync-repositories',
  'refresh-data-layer',
  'release-services',
  'validate-service-deployments',
  'validate-compliance',
  'mark-release',
];

/**
 * Gathers the receipts of the noon and names the revision that becomes the last known good. The document itself is
 * written from stored outcomes after the ending is stored, because it tells the ending.
 */
export const reportHighNoon = defineOperation({
  name: 'report-high-noon',
  claim: 'every line of the report has a receipt',
  kind: 'check',
  failure: 'soft',
  needs: [],
  timeoutSeconds: 30,
  async run(context) {
    const findings: Observation[] = [];
    const receipts: Record<string, Json> = {};
    for (const name of REPORTED) {
      const checkpoint = context.earlier(name);
      if (checkpoint !== undefined && checkpoint.evidence.length > 0) receipts[name] = digestOf(checkpoint.evidence);
      else
        findings.push(
          unknown({
            code: 'no-receipt',
            subject: name,
            message: `${name} left no receipt`,
            remedy: 'see its findings',
          }),
        );
    }
    const bindings = context.day.ticket?.bindings ?? {};
    const evidence = {
      subject: 'report',
      request: 'stored outcomes of this noon',
      observedAt: context.now(),
      value: Object.keys(receipts).length,
      digest: digestOf(receipts),
    };
    const output = {
      revision: { ...revisionFrom(bindings), manifest: writtenManifest(context.earlier('update-context')?.output) },
      nextHighNoon: nextHighNoon(context.slot.dueAt),
    };
    return { ...result(findings, [evidence]), output: output as unknown as Json };
  },
});

/** What the release made of the world, read off the ticket that it carried out. */
function revisionFrom(bindings: Bindings): Omit<Revision, 'at' | 'runId' | 'manifest'> {
  return {
    adopted: false,
    commits: familyOf(bindings, 'repositories', 'commit'),
    datasets: familyOr(bindings, 'datasets', 'staged', 'live'),
    services: familyOr(bindings, 'services', 'candidate', 'serving'),
  };
}

/** The digest of the manifest that this noon wrote. */
function writtenManifest(output: Json | undefined): string | null {
  if (output === null || typeof output !== 'object' || !('digest' in output)) return null;
  const { digest } = output as { digest?: Json };
  return typeof digest === 'string' ? digest : null;
}
