import { ledgerWhole } from '../../../shared/operator/api/ledger-view.ts';
import type { Command } from '../command.ts';
import { dataFolder, localTime, openLocal, requirePlayed, storeOption } from '../open-runtime.ts';
import { ledgerLine } from '../render/ledger.ts';

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
    requirePlayed('ledger verify', args);
    const runtime = await openLocal(args, output, localTime(dataFolder(args), undefined));
    try {
      const { tail: _tail, ...view } = await ledgerWhole(runtime.engine, output.bar('ledger', 'anchors read'));
      output.line(ledgerLine(view));
      output.document(view);
      return view.intact ? 0 : 1;
    } finally {
      await runtime.close();
    }
  },
};
