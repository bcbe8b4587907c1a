/**
 * What looks like a secret. Two uses with different costs of being wrong: a configuration is *refused* only for
 * patterns that nothing else looks like, while a value that is *shown* is also struck out when it merely looks random.
 */

interface SecretPattern {
  readonly kind: string;
  readonly pattern: RegExp;
}

/** Formats as their issuers document them; lengths are lower bounds so that a cut-off secret is found too. */
const PATTERNS: readonly SecretPattern[] = [
  { kind: 'a private key', pattern: /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/ },
  { kind: 'a GitHub token', pattern: /\b(?:gh[opsur]_[A-Za-z0-9]{16,}|github_pat_[A-Za-z0-9_]{16,})/ },
  { kind: 'a GitLab token', pattern: /\bglpat-[A-Za-z0-9_-]{16,}/ },
  { kind: 'a Google API key', pattern: /\bAIza[A-Za-z0-9_-]{20,}/ },
  { kind: 'a Google OAuth token or secret', pattern: /\b(?:ya29\.|GOCSPX-)[A-Za-z0-9_-]{16,}/ },
  { kind: 'a Slack token', pattern: /\bxox[abeprs]-[A-Za-z0-9-]{8,}/ },
  { kind: 'a chat webhook', pattern: /\bhooks\.slack\.com\/(?:services|workflows)\/[A-Za-z0-9/_-]{8,}/ },
  { kind: 'a payment key', pattern: /\b(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{12,}/ },
  { kind: 'an AWS access key', pattern: /\b(?:AKIA|ASIA)[A-Z0-9]{12,}/ },
  { kind: 'a JSON web token', pattern: /\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*)?/ },
  { kind: 'a bearer token', pattern: /\bBearer\s+[A-Za-z0-9._~+/-]{12,}=*/i },
  { kind: 'a basic credential', pattern: /\bBasic\s+[A-Za-z0-9+/]{16,}={0,2}(?![A-Za-z0-9])/ },
  { kind: 'a password in a URL', pattern: /:\/\/[^\s/:@?#]{0,128}:[^\s/@?#]{1,256}@/ },
];

/** One pass decides for the common case that there is nothing to look at closer. */
const ANY = new RegExp(PATTERNS.map(({ pattern }) => `(?:${pattern.source})`).join('|'), 'i');

const SECRET_KEY =
  /(?:^|[_.-])(?:token|secret|password|passwd|passphrase|pwd|api_?key|private_?key|secret_?key|access_?key|client_?secret|credentials?)$/i;
const CAMEL = /([a-z0-9])([A-Z])/g;

/** `token`, `api_key`, `DB_PASSWORD`, `clientSecret`: a key whose value must be a reference. */
export function isSecretKey(key: string): boolean {
  return (
    SECRET_KEY.test(key.length > 128 ? key.slice(-128) : key) ||
    SECRET_KEY.test(key.slice(-128).replace(CAMEL, '$1_$2'))
  );
}

/** What kind of secret stands in the text, and where it begins; undefined when there is none. */
export function findSecret(text: string): { kind: string; index: number } | undefined {
  if (text.length < 8 || !ANY.test(text)) return undefined;
  for (const { kind, pattern } of PATTERNS) {
    const index = text.search(pattern);
    if (index >= 0) return { kind, index };
  }
  return undefined;
}

const GLOBAL = PATTERNS.map(({ pattern }) => new RegExp(pattern.source, `${pattern.flags}g`));
/** A key block goes on to its end line; without this its first line alone would be struck out. */
const KEY_BLOCK = /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY[\s\S]*/g;
const RUN = /[A-Za-z0-9+/_=-]{20,}/g;

/** The text with what can be nothing but a secret struck out; commits, digests and names stay. */
export function strikeSecrets(text: string): string {
  if (text.length < 8 || !ANY.test(text)) return text;
  let struck = text.replace(KEY_BLOCK, '[struck out]');
  for (const pattern of GLOBAL) struck = struck.replace(pattern, '[struck out]');
  return struck;
}

/** The text with everything that looks like a secret, or merely like random characters, struck out. */
export function strikeOut(text: string): string {
  if (text.length < 8) return text;
  return strikeSecrets(text).replace(RUN, (run) => (looksRandom(run) ? '[struck out]' : run));
}

/** Words, paths and names use few changes between letters and digits; keys and digests many. */
function looksRandom(run: string): boolean {
  if (/^[0-9a-f]{32,}$/i.test(run)) return true;
  let changes = 0;
  let before = '';
  for (const character of run) {
    const kind = /[a-z]/.test(character) ? 'a' : /[A-Z]/.test(character) ? 'A' : /[0-9]/.test(character) ? '0' : '-';
    // A capital that begins a word is ordinary writing.
    if (before !== '' && kind !== before && !(before === 'A' && kind === 'a') && kind !== '-' && before !== '-')
      changes += 1;
    before = kind;
  }
  return changes >= 4 && changes * 6 >= run.length && /[0-9]/.test(run);
}
