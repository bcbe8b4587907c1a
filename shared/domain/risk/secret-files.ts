import picomatch from 'picomatch';
import type { Severity } from '../verdict.ts';

/** A name that files with secrets usually have. Only names are looked at: contents never leave the repository. */
interface SecretRule {
  readonly rule: string;
  readonly paths: readonly string[];
  readonly not: readonly string[];
  readonly severity: Severity;
}

const RULES: readonly SecretRule[] = [
  {
    rule: 'environment-file',
    paths: ['**/.env', '**/.env.*', '**/*.env'],
    not: ['**/*.{example,sample,template,dist}', '**/{example,sample,template}.env'],
    severity: 'high',
  },
  {
    rule: 'service-account-key',
    paths: ['**/*service[-_]account*.json', '**/*[-_]key.json', '**/*credentials*.json', '**/client_secret*.json'],
    not: ['**/*.{example,sample,template,schema}.json'],
    severity: 'high',
  },
  {
    rule: 'private-key',
    paths: ['**/id_{rsa,dsa,ecdsa,ed25519}', '**/*.{key,p12,pfx,jks,keystore,ppk}'],
    not: [],
    severity: 'high',
  },
  { rule: 'terraform-state', paths: ['**/*.tfstate', '**/*.tfstate.backup'], not: [], severity: 'high' },
  { rule: 'login-file', paths: ['**/.{netrc,pgpass,htpasswd,git-credentials,dockercfg}'], not: [], severity: 'high' },
  /** Certificates have this ending too, so a person looks before anything is blocked. */
  { rule: 'pem-file', paths: ['**/*.pem'], not: [], severity: 'medium' },
];

const MATCHERS = RULES.map(({ rule, paths, not, severity }) => ({
  rule,
  severity,
  matches: picomatch([...paths], { dot: true, nocase: true, ignore: [...not] }),
}));

export interface SecretFile {
  readonly path: string;
  readonly rule: string;
  readonly severity: Severity;
}

/** The tracked files whose names say that they hold a secret, each with the first rule that says so. */
export function secretFiles(paths: readonly string[]): SecretFile[] {
  return paths.flatMap((path) => {
    const found = MATCHERS.find(({ matches }) => matches(path));
    return found === undefined ? [] : [{ path, rule: found.rule, severity: found.severity }];
  });
}
