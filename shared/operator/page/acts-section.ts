import { summaryOf } from '../../domain/day.ts';
import { isHeld } from '../../domain/hold.ts';
import { plusSeconds } from '../../domain/time.ts';
import { dryRunForm } from './dry-run.ts';
import { actForm, type FormMaker } from './form.ts';
import { type Html, html } from './html.ts';
import { dayAndTime } from './times.ts';
import type { PageView } from './view.ts';

const WAIVER_DAYS = 14;

/** What a person may do at any time, and which exceptions are in force. */
export function acts(view: PageView, form: FormMaker): Html {
  const { day, date, now, lockdown, summary } = view;
  const mayHold = summaryOf(day, 'high-noon-sync')?.status !== 'concluded' && !isHeld(day.hold);
  const overrides = summary.overrides.filter(({ until }) => until > now);
  const waivers = summary.waivers.filter(({ until }) => until > now);
  const proposals = summary.proposals.filter(({ until }) => until > now);
  const exceptions = [
    ...overrides.map(
      (one) =>
        html`<li>Override of ${one.findingId} by ${one.actor} until ${dayAndTime(one.until)}: ${one.reason}</li>`,
    ),
    ...waivers.map(
      (one) =>
        html`<li>Waiver of ${one.guardrail} by ${one.approvers.join(' and ')} until ${dayAndTime(one.until)}: ${one.reason}</li>`,
    ),
    ...proposals.map(
      (one) =>
        html`<li>Waiver of ${one.guardrail} is proposed by ${one.owner}: another person completes it by waiving it too. ${one.reason}</li>`,
    ),
  ];
  return html`<section id="acts"><h2>Acts</h2>${
    exceptions.length === 0
      ? html`<p class="soft">No override and no waiver is in force.</p>`
      : html`<ul>${exceptions}</ul>`
  }${
    mayHold
      ? html`<details data-key="hold"><summary>Hold noon of ${date}</summary>${actForm(form, { act: 'hold', button: 'Hold noon', hidden: { slot: date } })}</details>`
      : ''
  }<details data-key="dry-run"><summary>Dry-run a phase</summary><p class="soft">Runs every check, says what each action would do, and writes nothing.</p>${dryRunForm(form)}</details><details data-key="waive"><summary>Waive a guardrail</summary>${actForm(
    form,
    {
      act: 'waive',
      button: 'Waive',
      fields: [
        { name: 'finding', label: 'Guardrail', hint: 'a critical one takes two people' },
        {
          name: 'until',
          label: 'Until (UTC)',
          value: `${plusSeconds(now, WAIVER_DAYS * 86_400).slice(0, 10)}T00:00:00Z`,
        },
      ],
    },
  )}</details>${
    lockdown.active
      ? ''
      : html`<details data-key="lockdown"><summary>Lock down</summary><p class="soft">Blocks everything that changes anything; another person lifts it.</p>${actForm(form, { act: 'lockdown', button: 'Lock down now', confirm: 'Everything that changes anything stops' })}</details>`
  }</section>`;
}
