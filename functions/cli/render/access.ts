import { describeChange } from '../../../shared/domain/risk/access-history.ts';
import { accessProposals, isAccessReviewed } from '../../../shared/engine/acts/access.ts';
import type { Engine } from '../../../shared/engine/engine.ts';
import type { ExitCode } from '../command.ts';
import type { Output } from '../output.ts';

/** What the newest review proposes to take away, and what became of it; exit code 1 when nothing is known. */
export async function tellProposals(engine: Engine, output: Output): Promise<ExitCode> {
  const [proposals, isReviewed] = [await accessProposals(engine), await isAccessReviewed(engine)];
  if (!isReviewed) output.line('No weekly review has left proposals yet: nothing is known of access.');
  else if (proposals.length === 0) output.line('Nothing is proposed.');
  for (const { proposal, approved, applied } of proposals) {
    const state =
      applied !== null ? `carried out by ${applied.by}` : approved !== null ? `approved by ${approved.by}` : 'proposed';
    output.line(`${proposal.id}  ${state}: ${describeChange(proposal.change)} (${proposal.why})`);
  }
  output.document({ schema: 'highnoon.access/1', proposals });
  return isReviewed ? 0 : 1;
}
