import { describeChange } from '../../../shared/domain/risk/access-history.ts';
import type { ProposalState } from '../../../shared/engine/acts/access.ts';
import type { Output } from '../output.ts';

/** What the newest review proposes to take away, and what became of it. */
export function tellProposals(proposals: readonly ProposalState[], output: Output): void {
  if (proposals.length === 0) output.line('Nothing is proposed.');
  for (const { proposal, approved, applied } of proposals) {
    const state =
      applied !== null ? `carried out by ${applied.by}` : approved !== null ? `approved by ${approved.by}` : 'proposed';
    output.line(`${proposal.id}  ${state}: ${describeChange(proposal.change)} (${proposal.why})`);
  }
  output.document({ schema: 'highnoon.access/1', proposals });
}
