import type { Guardrail } from '../configuration/index.ts';
import { fails, noted, type Observation, unknown } from '../finding.ts';
import type { Json } from '../json.ts';
import type { GuardrailResult } from '../operation.ts';
import type { Instant } from '../time.ts';
import type { Tally } from './tally.ts';
import { type Cover, endsSoon } from './waivers.ts';

/** Why a guardrail could not be judged, wholly or in part. */
export interface Gap {
  /** kebab-case, the code of its finding. */
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
}

/** What was found of one guardrail. */
export interface Outcome {
  readonly guardrail: Guardrail;
  readonly tally: Tally;
  readonly gaps: readonly Gap[];
  readonly cover: Cover;
}

/** What happened to a guardrail, whether it was judged or only watched. */
export type GuardrailState = 'passed' | 'failed' | 'inconclusive' | 'waived';

/**
 * A record that breaks the guardrail and evidence that is not there are told as two findings: the worse one decides,
 * so a further violation can never make a verdict better.
 */
export function stateOf({ tally, gaps, cover, guardrail }: Outcome): GuardrailState {
  const open = allGaps({ guardrail, tally, gaps, cover });
  if (tally.uncovered > 0) return 'failed';
  if (open.length > 0) return cover.isWhole ? 'waived' : 'inconclusive';
  return tally.failed > 0 ? 'waived' : 'passed';
}

export function resultOf(outcome: Outcome): GuardrailResult['result'] {
  return outcome.guardrail.shadow ? 'shadow' : stateOf(outcome);
}

/** The gaps, and among them that nothing was there to judge. */
function allGaps({ guardrail, tally, gaps }: Outcome): readonly Gap[] {
  const found = [...gaps];
  if (tally.undecided > 0) {
    found.push({
      code: 'undecidable-records',
      message: `${tally.undecided} of ${tally.checked} records cannot be judged (${tally.reason ?? 'no reason'}): ${tally.unclear.join(', ')}`,
      remedy: 'mend the records, or the fields that the configuration declares',
    });
  }
  return found.length === 0 && tally.checked === 0 && !guardrail.allow_empty ? [NOTHING] : found;
}

const NOTHING: Gap = {
  code: 'no-records',
  message: 'there was nothing to judge, and nothing proves nothing',
  remedy: 'find out why the evidence is empty; `allow_empty: true` says that it may be',
};

export function observationsOf(outcome: Outcome, at: Instant): Observation[] {
  const { guardrail, tally, cover } = outcome;
  const { id: subject, severity } = guardrail;
  const shadow = guardrail.shadow ? { shadow: true } : {};
  const facts = factsOf(outcome);
  const observations: Observation[] = [];
  if (tally.failed > 0) {
    const soft = tally.uncovered === 0 ? { soft: true } : {};
    const message = `${guardrail.title}: ${tally.failed} of ${tally.checked} records break it${covered(tally)}: ${tally.failing.join(', ')}`;
    const remedy = guardrail.remedy ?? REMEDIES[guardrail.check];
    observations.push(fails({ code: 'violated', subject, severity, message, remedy, facts, ...shadow, ...soft }));
  }
  if (tally.warned > 0) {
    const message = `${guardrail.title}: ${tally.warned} of ${tally.checked} records will soon break it: ${tally.warning.join(', ')}`;
    const remedy = guardrail.remedy ?? REMEDIES[guardrail.check];
    observations.push(
      fails({ code: 'nearly-violated', subject, severity: 'medium', message, remedy, facts, soft: true, ...shadow }),
    );
  }
  for (const { code, message, remedy } of allGaps(outcome)) {
    const soft = cover.isWhole ? { soft: true } : {};
    const words = `${guardrail.title}: ${message}`;
    observations.push(unknown({ code, subject, severity, message: words, remedy, facts, ...shadow, ...soft }));
  }
  return [...observations, ...cover.waivers.map((waiver) => waiverNote(guardrail, waiver, at))];
}

const covered = ({ failed, uncovered }: Tally): string =>
  failed === uncovered ? '' : `, ${failed - uncovered} of them waived`;

/** Facts of the rule and counts; ids alone of the records. */
function factsOf({ guardrail, tally, cover }: Outcome): Readonly<Record<string, Json | undefined>> {
  const { check, evidence, basis, owner, remedy } = guardrail;
  const waiver = tally.failed > 0 || cover.isWhole ? cover.waivers.map(({ id }) => id) : [];
  return {
    check,
    evidence,
    basis,
    owner,
    remedy,
    checked: tally.checked,
    failed: tally.failed,
    undecided: tally.undecided,
    records: tally.failing,
    waiver: waiver.length === 0 ? undefined : waiver.join(', '),
  };
}

function waiverNote(guardrail: Guardrail, waiver: Cover['waivers'][number], at: Instant): Observation {
  const { id, owner, reason, records, until } = waiver;
  const what = records.length === 0 ? 'all of it' : `${records.length} records`;
  const soon = endsSoon(waiver, at);
  return noted({
    code: soon ? `waiver-ends-soon-${slug(id)}` : `waived-${slug(id)}`,
    subject: guardrail.id,
    severity: soon ? 'medium' : 'info',
    message: `${guardrail.title}: ${what} waived by ${owner} until ${until}: ${reason}`,
    remedy: soon ? 'mend what it excuses before it ends; from then on it counts again' : 'mend what it excuses',
    facts: { waiver: id, until },
  });
}

/** Two waivers of one guardrail are two findings. */
const slug = (id: string): string =>
  id
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 60);

const REMEDIES: Readonly<Record<Guardrail['check'], string>> = {
  config_equals: 'set the value in the named services and deploy them',
  config_min: 'set a number that is large enough in the named services and deploy them',
  http_body_any: 'put it back on the named pages and deploy them',
  http_denies_forged: 'check on the server what the visitor brings, and deploy the named pages',
  records_all: 'mend the named records, or what wrote them',
  records_none: 'mend the named records, or what wrote them',
  join_complete: 'find out why the named records have no partner, and add what is missing',
  join_equal: 'find out which of the two is right, and mend the other',
  max_age_days: 'renew what the named records stand for',
  expiry_min_days: 'renew what the named records stand for before it ends',
  fields_present: 'fill in the fields of the named records',
  fields_true: 'find out why the flags of the named records are not true',
  content_deny: 'take the text off the named pages or records',
  content_require: 'put the text back on the named pages',
  http_status: 'make the named addresses answer without a login',
  metric_min: 'find out why the metric fell',
  secrets_clean: 'take the named files out of the repository and rotate the secrets',
};
