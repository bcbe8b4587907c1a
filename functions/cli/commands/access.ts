import { createLocalAccessChange } from '../../../shared/adapters/local/access.ts';
import { riskFiles } from '../../../shared/adapters/local/sample/risk.ts';
import { unreachable } from '../../../shared/domain/errors.ts';
import type { AccessChange } from '../../../shared/domain/risk/access.ts';
import { accessProposals, approveAccess, keepAccess, noteApplied } from '../../../shared/engine/acts/access.ts';
import type { Engine } from '../../../shared/engine/engine.ts';
import type { Arguments } from '../arguments.ts';
import type { Command } from '../command.ts';
import { dataFolder, localTime, openLocal, requirePlayed, storeOption } from '../open-runtime.ts';
import { tellProposals } from '../render/access.ts';
import { personAct } from './person-acts.ts';

const listCommand: Command = {
  name: 'access list',
  usage: 'access list',
  summary: 'what the newest review proposes to take away, and what became of it; exit code 1 when there was none',
  options: {},
  positionals: { least: 0, most: 0 },
  async run(args, output) {
    if (storeOption(args) === 'firestore') {
      const { accessInCloud } = await import('../cloud/access.ts');
      return accessInCloud(args, output);
    }
    requirePlayed('access list', args);
    const runtime = await openLocal(args, output, localTime(dataFolder(args), undefined));
    try {
      return await tellProposals(runtime.engine, output);
    } finally {
      await runtime.close();
    }
  },
};
/** The change itself, by the person's own hands: in the sample world they hold a file. */
async function carryOut(engine: Engine, change: AccessChange, args: Arguments): Promise<void> {
  const hands = createLocalAccessChange(riskFiles(dataFolder(args)).access);
  switch (change.kind) {
    case 'remove-binding': {
      const { etag } = await engine.ports.access.bindings();
      return hands.removeBinding(change.binding, etag);
    }
    case 'disable-account':
      return hands.disableAccount(change.email);
    case 'delete-key':
      return hands.deleteKey(change.email, change.keyId);
    default:
      return unreachable(change, 'change of access');
  }
}

/** Proposals of the review. No function may set IAM: a person approves, and a person carries out. */
export const ACCESS_COMMANDS: readonly Command[] = [
  listCommand,
  personAct({
    name: 'access approve',
    usage: 'access approve ID --actor NAME --reason TEXT',
    summary: 'says that a proposal is to be carried out; nothing is changed by it',
    act: (engine, who, proposalId, reason) => approveAccess(engine, who, { proposalId, reason }),
    inCloud: { act: 'access-approve', body: (proposal) => ({ proposal }) },
  }),
  personAct({
    name: 'access keep',
    usage: 'access keep ID --actor NAME --reason TEXT',
    summary: 'says that it is right as it is, until the next review date',
    act: (engine, who, proposalId, reason) => keepAccess(engine, who, { proposalId, reason }),
    inCloud: { act: 'access-keep', body: (proposal) => ({ proposal }) },
  }),
  personAct({
    name: 'access apply',
    usage: 'access apply ID --actor NAME --reason TEXT',
    summary: "carries out an approved proposal with the person's own rights; the next review verifies it",
    async act(engine, who, proposalId, reason, args) {
      const state = (await accessProposals(engine)).find(({ proposal }) => proposal.id === proposalId);
      if (state !== undefined && state.approved !== null) await carryOut(engine, state.proposal.change, args);
      return noteApplied(engine, who, { proposalId, reason });
    },
    inCloud: {
      act: 'access-applied',
      body: (proposal) => ({ proposal }),
      async before(proposalId, args, output) {
        const { carryOutInCloud } = await import('../cloud/access.ts');
        return carryOutInCloud(proposalId, args, output);
      },
    },
  }),
];
