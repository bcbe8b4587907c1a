import { entryFault, type LedgerEntry } from '../../domain/ledger.ts';
import { type Html, html } from './html.ts';
import { sign } from './marks.ts';
import { dayAndTime } from './times.ts';
import type { PageView } from './view.ts';

/** Whether an entry says what its hash says, and follows the one before it where that one is here. */
export function entryHolds(entry: LedgerEntry, before: LedgerEntry | undefined): boolean {
  const isNext = before !== undefined && before.seq === entry.seq - 1;
  return entryFault(entry, entry.seq, isNext ? before.hash : undefined) === undefined;
}

export function ledgerTail({ summary }: PageView): Html {
  const { tail } = summary;
  const holds = tail.map((entry, index) => entryHolds(entry, tail[index - 1]));
  const broken = tail.filter((_, index) => holds[index] !== true);
  const words =
    broken.length === 0
      ? `${tail.length} entries match their hashes.`
      : `Entry ${broken[0]?.seq} does not match its hash: treat it as an intrusion.`;
  const rows = tail.map(
    (entry, index) =>
      html`<tr><td>${sign(holds[index] === true ? 'good' : 'bad')} ${entry.seq}</td><td>${dayAndTime(entry.at)}</td><td>${entry.kind}</td><td>${entry.subject.slice(0, 80)}</td><td>${entry.actor}</td></tr>`,
  );
  const table =
    tail.length === 0
      ? html`<p class="soft">Nothing has happened yet.</p>`
      : html`<p>${sign(broken.length === 0 ? 'good' : 'bad')} ${words}</p><div class="scroll" tabindex="0" role="region" aria-label="Newest endings and acts"><table><thead><tr><th scope="col">Entry</th><th scope="col">When (UTC)</th><th scope="col">What</th><th scope="col">About</th><th scope="col">Who</th></tr></thead><tbody>${rows.reverse()}</tbody></table></div>`;
  return html`<section id="ledger" class="wide${broken.length === 0 ? '' : ' stop'}"><h2>Ledger: newest endings and acts</h2>${table}<p class="soft"><a href="/api/ledger?scope=whole">Verify the whole chain and its anchors</a></p></section>`;
}
