import type { GuardrailOf } from '../configuration/index.ts';
import { deniedText } from './denied-text.ts';
import type { Fields } from './fields.ts';
import { fieldOf } from './fields.ts';
import { type Decision, type Judge, Undecided } from './judge.ts';
import { pageText, tidy, withoutComments } from './page-text.ts';

/** `content_deny`: of pages, what is seen or told of them; of any other record, everything that stands in it. */
export function judgeContentDeny({ evidence, deny, allow = [] }: GuardrailOf<'content_deny'>): Judge {
  const denied = deniedText(deny, allow);
  const isClean = (text: string) => denied(text).length === 0;
  const isCleanPage = (body: string) => {
    const { visible, told } = pageText(body);
    return isClean(visible) && isClean(told);
  };
  return {
    evidence,
    decide: (record) => onPage(record, isCleanPage) ?? (isClean(JSON.stringify(record)) ? 'holds' : 'fails'),
  };
}

/** `content_require`: the text can be read on the page, letter by letter; only runs of white space are the same. */
export function judgeContentRequire({ evidence, text }: GuardrailOf<'content_require'>): Judge {
  const wanted = tidy(text);
  return {
    evidence,
    decide: (record) =>
      onPage(record, (body) => pageText(body).visible.includes(wanted)) ??
      (tidy(JSON.stringify(record)).includes(wanted) ? 'holds' : 'fails'),
  };
}

/** `http_body_any`: one of the texts stands in the page as it was sent, outside comments. */
export function judgeBodyAny({ evidence, any }: GuardrailOf<'http_body_any'>): Judge {
  const contains = (body: string) => {
    const sent = withoutComments(body);
    return any.some((text) => sent.includes(text));
  };
  return { evidence, decide: (record) => onPage(record, contains) ?? new Undecided('the evidence is no page') };
}

/** Undefined for a record that is no page. A page that was not served as one says nothing of what it would show. */
function onPage(record: Fields, isRight: (body: string) => boolean): Decision | undefined {
  const [status, body] = [fieldOf(record, 'status'), fieldOf(record, 'body')];
  if (typeof status !== 'number' || typeof body !== 'string') return undefined;
  if (status < 200 || status > 299) return new Undecided(`a page answered with the status ${status}`);
  return isRight(body) ? 'holds' : 'fails';
}
