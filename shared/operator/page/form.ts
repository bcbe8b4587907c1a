import { actNamed } from '../api/acts.ts';
import { type Caller, mayAs } from '../identity/roles.ts';
import { type Html, html } from './html.ts';

/** What every form of one page carries. */
export interface FormMaker {
  readonly caller: Caller;
  readonly csrf: string;
}

export interface Field {
  readonly name: string;
  readonly label: string;
  readonly value?: string;
  readonly hint?: string;
}

export interface FormWords {
  readonly act: string;
  readonly button: string;
  readonly hidden?: Readonly<Record<string, string>>;
  readonly fields?: readonly Field[];
  /** Asked for with a box to tick: for what reaches further than one day. */
  readonly confirm?: string;
}

/** A form that does one act, or the role that it would take. It works without scripts. */
export function actForm({ caller, csrf }: FormMaker, words: FormWords): Html {
  const needed = actNamed(words.act)?.role ?? 'security';
  if (!mayAs(caller.role, needed)) return html`<p class="soft">${words.button}: needs the role ${needed}.</p>`;
  const hidden = Object.entries({ csrf, ...words.hidden }).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
  );
  const fields = [...(words.fields ?? []), { name: 'reason', label: 'Reason, for the ledger' }].map(
    ({ name, label, value, hint }: Field) =>
      html`<label>${label}${hint === undefined ? '' : html` <span class="soft">${hint}</span>`}<input type="text" name="${name}" value="${value ?? ''}" required maxlength="500" autocomplete="off"></label>`,
  );
  const confirm =
    words.confirm === undefined
      ? ''
      : html`<label><input type="checkbox" name="confirm" value="yes" required> ${words.confirm}</label>`;
  return html`<form method="post" action="/acts/${words.act}">${hidden}${fields}${confirm}<button>${words.button}</button></form>`;
}
