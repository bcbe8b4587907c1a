import type { PackageVersion } from '../../domain/advisories/record.ts';
import { isObject } from '../../domain/advisories/record.ts';
import type { AdvisoryRef } from '../../ports/advisories.ts';
import { exchangeJson, type OsvTarget, osvError } from './exchange.ts';

/** https://google.github.io/osv.dev/post-v1-querybatch/ */
export const MAX_QUERIES = 1000;
/** A thousand advisories a page: more pages than this is a source that goes in circles. */
const MAX_PAGES = 50;

interface Question {
  readonly installed: PackageVersion;
  readonly found: Map<string, AdvisoryRef>;
  token: string | undefined;
}

/** Asks for up to a thousand packages and follows the pages of each; one list for each, in order. */
export async function queryBatch(
  target: OsvTarget,
  baseUrl: string,
  packages: readonly PackageVersion[],
  signal: AbortSignal | undefined,
): Promise<AdvisoryRef[][]> {
  const questions: Question[] = packages.map((installed) => ({ installed, found: new Map(), token: undefined }));
  let open = questions;
  for (let page = 0; open.length > 0; page += 1) {
    if (page >= MAX_PAGES) throw osvError('internal', `the advisory source still had pages after ${MAX_PAGES}`);
    const answer = await exchangeJson(target, {
      url: `${baseUrl}/v1/querybatch`,
      body: { queries: open.map(toQuery) },
      signal,
    });
    const results = resultsOf(answer, open.length);
    open = open.filter((question, index) => takePage(question, results[index]));
  }
  return questions.map(({ found }) => [...found.values()]);
}

function toQuery({ installed, token }: Question): unknown {
  const { ecosystem, name, version } = installed;
  return { package: { ecosystem, name }, version, ...(token === undefined ? {} : { page_token: token }) };
}

function resultsOf(answer: unknown, expected: number): readonly unknown[] {
  const results = isObject(answer) ? answer.results : undefined;
  if (!Array.isArray(results)) throw osvError('internal', 'the advisory source answered without a list of results');
  // Answers are told apart by position alone: one missing makes all of them meaningless.
  if (results.length !== expected) {
    throw osvError('unavailable', `the advisory source answered ${results.length} of ${expected} questions`);
  }
  return results;
}

/** Adds one page to what is known; true when there is another. */
function takePage(question: Question, result: unknown): boolean {
  const vulns = isObject(result) ? (result.vulns ?? []) : undefined;
  if (!isObject(result) || !Array.isArray(vulns))
    throw osvError('internal', 'a result of the advisory source is no list of advisories');
  for (const vuln of vulns as readonly unknown[]) {
    if (!isObject(vuln) || typeof vuln.id !== 'string' || typeof vuln.modified !== 'string') {
      throw osvError('internal', 'an advisory was listed without its id or its time of change');
    }
    question.found.set(vuln.id, { id: vuln.id, modified: vuln.modified });
  }
  const token = result.next_page_token;
  if (token === undefined || token === null || token === '') return false;
  if (typeof token !== 'string' || token === question.token)
    throw osvError('internal', 'the advisory source repeats a page');
  question.token = token;
  return true;
}
