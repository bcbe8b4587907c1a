import { PortError } from '../../../shared/domain/errors.ts';
import {
  type Anchor,
  EMPTY_HEAD,
  type LedgerEntry,
  type LedgerHead,
  verifyLedger,
} from '../../../shared/domain/ledger.ts';
import type { Engine } from '../../../shared/engine/engine.ts';
import { paths } from '../../../shared/engine/records.ts';
import type { Command } from '../command.ts';
import { dataFolder, localTime, openLocal, storeOption } from '../open-runtime.ts';

export const ledgerVerifyCommand: Command = {
  name: 'ledger verify',
  usage: 'ledger verify',
  summary: 'checks the chain of the ledger and its anchored heads; names the first bad entry',
  options: {},
  positionals: { least: 0, most: 0 },
  async run(args, output) {
    if (storeOption(args) === 'firestore') {
      const { verifyLedgerInCloud } = await import('../cloud/look.ts');
      return verifyLedgerInCloud(args, output);
    }
    const runtime = await openLocal(args, output, localTime(dataFolder(args), undefined));
    try {
      const { count, fault, anchors } = await verifyStoredLedger(runtime.engine);
      output.line(
        fault === null
          ? `ledger: ${count} entries, chain intact, ${anchors} anchors agree`
          : `ledger: BROKEN at entry ${fault.seq}: ${fault.what}`,
      );
      output.document({
        schema: 'highnoon.ledger/1',
        intact: fault === null,
        entries: count,
        anchors,
        firstBad: fault,
      });
      return fault === null ? 0 : 1;
    } finally {
      await runtime.close();
    }
  },
};

/** Reads every entry and every anchor. */
export async function verifyStoredLedger(engine: Engine) {
  const [entries, head, anchors] = await Promise.all([
    engine.documents.query<LedgerEntry>('ledger'),
    engine.documents.get<LedgerHead>(paths.head),
    readAnchors(engine),
  ]);
  return {
    ...verifyLedger(
      entries.map(({ data }) => data),
      head ?? EMPTY_HEAD,
      anchors,
    ),
    anchors: anchors.length,
  };
}

async function readAnchors(engine: Engine): Promise<Anchor[]> {
  const anchors: Anchor[] = [];
  try {
    for await (const { uri } of engine.ports.objects.list(`${engine.anchorsUri}/ledger/`)) {
      const chunks: Uint8Array[] = [];
      for await (const chunk of engine.ports.objects.read(uri)) chunks.push(chunk);
      anchors.push(JSON.parse(Buffer.concat(chunks).toString('utf8')) as Anchor);
    }
  } catch (error) {
    if (!(error instanceof PortError) || error.code !== 'not-found') throw error;
  }
  return anchors;
}
