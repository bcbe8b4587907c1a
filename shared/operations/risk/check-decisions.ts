import { type Evidence, fails, type Observation } from '../../domain/finding.ts';
import { ADR_STATUSES, adrStatus } from '../../domain/risk/documents.ts';
import type { ContextOf } from '../define-operation.ts';
import { lookOptions } from '../repositories/repository.ts';
import { cannotTell } from '../support/cannot-tell.ts';
import { mapLimited } from '../support/map-limited.ts';
import { readText } from './content-history.ts';
import type { Head } from './repository-heads.ts';

/** Where records of decisions usually stand. */
const FOLDER = /(?:^|\/)(?:adr|adrs|decisions)\/[^/]+\.md$/;
/** Their lists and templates are no decisions. */
const NO_DECISION = /(?:^|\/)(?:readme|index|template|[^/]*template[^/]*)\.md$/i;
/** A repository with more has its own tooling for them. */
const MOST = 200;

/** Every record of a decision says whether it still holds. */
export async function checkDecisions(
  context: ContextOf<'repositories'>,
  head: Head,
): Promise<{ findings: Observation[]; evidence: Evidence[] }> {
  const subject = `${head.name}/decisions`;
  try {
    const files = await context.ports.repositories.listFiles(head.repository, head.commit, {
      ...lookOptions(context),
      prefix: 'docs',
    });
    const records = files.map(({ path }) => path).filter((path) => FOLDER.test(path) && !NO_DECISION.test(path));
    const read = await mapLimited(records.slice(0, MOST), 4, async (path) => ({
      path,
      status: adrStatus(await readText(context, head, head.commit, path)),
    }));
    const without = read.filter(({ status }) => status === undefined).map(({ path }) => path);
    const request = `status of the records of decisions of ${head.name} at ${head.commit}`;
    const value = { records: records.length, read: read.length, withoutStatus: without.length };
    const evidence = [{ subject, request, observedAt: context.now(), value }];
    if (without.length === 0) return { findings: [], evidence };
    const finding = fails({
      code: 'decision-without-status',
      subject,
      severity: 'low',
      soft: true,
      message: `${without.length} of ${read.length} records of decisions give no known status: ${without.slice(0, 5).join(', ')}`,
      remedy: `give each a line 'Status:' with one of ${ADR_STATUSES.join(', ')}`,
    });
    return { findings: [finding], evidence };
  } catch (error) {
    return {
      findings: [cannotTell(error, subject, `the records of decisions of ${head.name} cannot be read`, { soft: true })],
      evidence: [],
    };
  }
}
