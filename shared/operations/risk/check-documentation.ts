import type { Configuration } from '../../domain/configuration/index.ts';
import { PortError } from '../../domain/errors.ts';
import { type Evidence, fails, type Observation, result, unknown } from '../../domain/finding.ts';
import { sha256 } from '../../domain/json.ts';
import { readColumn, readHeader } from '../../domain/risk/documents.ts';
import { type Instant, plusSeconds, toSeconds } from '../../domain/time.ts';
import { type ContextOf, defineOperation } from '../define-operation.ts';
import { cannotTell } from '../support/cannot-tell.ts';
import { mapLimited } from '../support/map-limited.ts';
import { nothingConfigured } from '../support/nothing-configured.ts';
import { checkDecisions } from './check-decisions.ts';
import { checkRunbook } from './check-runbook.ts';
import { type ContentChange, openContentHistory, readText } from './content-history.ts';
import { headsOf } from './repository-heads.ts';

type Context = ContextOf<'repositories'>;
type Document = Configuration['docs'][number];
interface Look {
  readonly findings: Observation[];
  readonly evidence: Evidence[];
}

/** Documents are as new as what they say, not as what they say of themselves. */
export const checkDocumentation = defineOperation({
  name: 'check-documentation',
  claim: 'every configured document changed its content recently enough, and its dates are true',
  kind: 'check',
  failure: 'hard',
  needs: ['repositories'],
  timeoutSeconds: 180,
  async run(context) {
    const { docs, repositories } = context.configuration;
    if (docs.length === 0) return nothingConfigured(context, 'docs');
    const named = repositories.filter(({ name }) => docs.some(({ repository }) => repository === name));
    const { heads, findings } = await headsOf(context, named);
    const looks = await mapLimited(heads, 4, async (head) => {
      const history = openContentHistory(context, head);
      const own = docs.filter(({ repository }) => repository === head.name);
      const documents = await mapLimited(own, 4, (document) => check(context, document, history));
      return [...documents, await checkDecisions(context, head)];
    });
    const all = looks.flat();
    return result(
      [...findings, ...all.flatMap((one) => one.findings)],
      all.flatMap((one) => one.evidence),
    );
  },
});

async function check(
  context: Context,
  document: Document,
  history: ReturnType<typeof openContentHistory>,
): Promise<Look> {
  const { path, header, column, max_age_h: maxAgeHours, severity } = document;
  const { head } = history;
  const subject = `${head.name}/${path}`;
  // A document of medium or lower weight degrades the review; it does not block anything.
  const weight = { subject, severity, soft: severity !== 'high' && severity !== 'critical' };
  let text: string;
  let changed: ContentChange;
  const oldest = plusSeconds(context.now(), -maxAgeHours * 3600);
  try {
    text = await readText(context, head, head.commit, path);
    changed = await history.changeOf(path, text, header, oldest);
  } catch (error) {
    if (error instanceof PortError && error.code === 'not-found') {
      const remedy = 'write it, or take it out of `docs`';
      return {
        findings: [fails({ ...weight, code: 'absent', message: `there is no ${path} in ${head.name}`, remedy })],
        evidence: [],
      };
    }
    return { findings: [cannotTell(error, subject, `${path} cannot be read`, { soft: weight.soft })], evidence: [] };
  }
  const evidence: Evidence = {
    subject,
    request: `history of ${path} of ${head.name} at ${head.commit}`,
    observedAt: context.now(),
    value: { ...changed },
    digest: `sha256:${sha256(text)}`,
    maxAgeSeconds: maxAgeHours * 3600,
  };
  const findings = [
    ...judgeAge(changed, weight, oldest, maxAgeHours),
    ...(header === undefined ? [] : judgeHeader(context, text, header, changed, weight)),
    ...(column === undefined ? [] : judgeColumn(text, column, oldest, weight)),
    ...checkRunbook(path, text, weight),
  ];
  return { findings, evidence: [evidence] };
}

type Weight = Pick<Observation, 'subject' | 'severity'> & { readonly soft: boolean };

function judgeAge(changed: ContentChange, weight: Weight, oldest: Instant, maxAgeHours: number): Observation[] {
  switch (changed.kind) {
    case 'changed':
      return [];
    case 'older': {
      const message = `what it says has not changed since before ${toSeconds(oldest)}, and may be ${maxAgeHours} h old; later edits touched markers only`;
      return [
        fails({
          ...weight,
          code: 'out-of-date',
          message,
          remedy: 'read it, correct what is no longer so, and commit that',
        }),
      ];
    }
    case 'unknown': {
      const message = `its history could be read back to ${changed.readTo ?? 'no commit'} only (${changed.cap}), so its age cannot be told`;
      return [
        unknown({
          ...weight,
          code: 'history-cut',
          message,
          remedy: 'make the history of the repository readable as far back as `max_age_h`',
        }),
      ];
    }
  }
}

function judgeHeader(
  context: Context,
  text: string,
  header: string,
  changed: ContentChange,
  weight: Weight,
): Observation[] {
  const reading = readHeader(text, header);
  const remedy = 'let the header say when the content was last true';
  if (reading.kind === 'none')
    return [fails({ ...weight, code: 'header-absent', message: `it has no line '${header}'`, remedy })];
  if (reading.kind === 'no-date')
    return [
      fails({
        ...weight,
        code: 'header-unreadable',
        message: `'${header}' says '${reading.text}', which is no date`,
        remedy,
      }),
    ];
  const skew = context.configuration.deployment.clock_skew_s;
  if (reading.at > plusSeconds(context.now(), skew))
    return [
      fails({
        ...weight,
        code: 'header-in-future',
        message: `'${header}' says ${reading.text}, which is still to come`,
        remedy,
      }),
    ];
  const changedAt = changed.kind === 'changed' ? changed.at : undefined;
  if (changedAt === undefined) return [];
  // A bare date is as late as the day that it names.
  const latest = plusSeconds(changedAt, skew);
  if (reading.text.length === 10 ? reading.text > latest.slice(0, 10) : reading.at > latest) {
    const message = `'${header}' says ${reading.text}, and the content last changed at ${toSeconds(changedAt)}`;
    return [fails({ ...weight, code: 'header-later-than-content', message, remedy })];
  }
  return [];
}

function judgeColumn(text: string, column: string, oldest: Instant, weight: Weight): Observation[] {
  const reading = readColumn(text, column);
  const remedy = 'review each row that is named, and write down when';
  if (reading.kind === 'no-column')
    return [fails({ ...weight, code: 'column-absent', message: `no table of it has the column '${column}'`, remedy })];
  if (reading.rows.length === 0)
    return [unknown({ ...weight, code: 'no-rows', message: `the table with '${column}' has no row`, remedy })];
  const late = reading.rows.filter(({ at }) => at === null || at < oldest);
  if (late.length === 0) return [];
  const names = late
    .slice(0, 5)
    .map(({ row }) => row)
    .join(', ');
  const message = `${late.length} of ${reading.rows.length} rows were not reviewed since ${toSeconds(oldest)}: ${names}`;
  return [fails({ ...weight, code: 'rows-not-reviewed', message, remedy })];
}
