import { type Evidence, type Observation, result, unknown } from '../../domain/finding.ts';
import type { Json } from '../../domain/json.ts';
import { readManifest } from '../../snapshots/index.ts';
import { defineOperation } from '../define-operation.ts';
import { nothingConfigured } from '../support/nothing-configured.ts';
import { explainFault } from './explain-damage.ts';
import { judgeCollection, schemaFindings } from './judge-collection.ts';
import { noSnapshot, snapshotToCheck } from './look-at-snapshot.ts';
import { nameHashed } from './name-hashed.ts';
import { snapshotCollections } from './seal-snapshot.ts';
import { storeOf } from './snapshot-store.ts';

export const validateSchema = defineOperation({
  name: 'validate-schema',
  claim: 'every record of the snapshot fits its schema version',
  kind: 'check',
  failure: 'hard',
  needs: ['objects', 'keys'],
  timeoutSeconds: 240,
  async run(context) {
    if (context.configuration.memory.length === 0) return nothingConfigured(context, 'memory');
    const id = await snapshotToCheck(context);
    if (id === undefined) return result([noSnapshot('records')], []);
    const store = storeOf(context);
    const present = new Set((await readManifest(store, id)).manifest.collections.map(({ name }) => name));
    const findings: Observation[] = [];
    const evidence: Evidence[] = [];
    const seen: Record<string, Json> = {};
    for (const collection of snapshotCollections(context.configuration.memory)) {
      const { collection: name } = collection;
      if (!present.has(name)) {
        findings.push(notInSnapshot(name, id));
        continue;
      }
      try {
        const tally = await judgeCollection(store, id, collection, nameHashed(context));
        findings.push(...schemaFindings(tally, collection));
        const { documents, newestAt, differing } = tally;
        seen[name] = { documents, newestAt };
        const request = `every record of ${name} in snapshot ${id} against ${collection.schema}`;
        const value = { documents, differing, newestAt };
        evidence.push({ subject: `memory/${name}`, request, observedAt: context.now(), value });
      } catch (error) {
        findings.push(explainFault(error, `memory/${name}`, 'its records cannot be read', collection.pii));
      }
    }
    return { ...result(findings, evidence), output: { checked: id, collections: seen } };
  },
});

const notInSnapshot = (name: string, id: string): Observation =>
  unknown({
    code: 'not-captured',
    subject: `memory/${name}`,
    message: `snapshot ${id} has no collection ${name}`,
    remedy: 'the next snapshot has it, if it is in the configuration by then',
  });
