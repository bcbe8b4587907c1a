import picomatch from 'picomatch';
import { type Evidence, fails, type Observation, unknown } from '../../domain/finding.ts';
import { sha256 } from '../../domain/json.ts';
import { lockMatchesManifest, readLockfile } from '../../domain/lockfiles/index.ts';
import { type SecretFile, secretFiles } from '../../domain/risk/secret-files.ts';
import type { Installed } from '../../domain/risk/vulnerabilities.ts';
import type { ContextOf } from '../define-operation.ts';
import { lookOptions } from '../repositories/repository.ts';
import { cannotTell } from '../support/cannot-tell.ts';
import type { Head } from './repository-heads.ts';

type Context = ContextOf<'repositories'>;

/** What lockfiles have, each package version once. */
export class InstalledPackages {
  readonly #byKey = new Map<string, { installed: Omit<Installed, 'places'>; places: string[] }>();

  add(place: string, { ecosystem, name, version, dev }: Omit<Installed, 'places'>): void {
    const key = `${ecosystem}\n${name}\n${version}`;
    const known = this.#byKey.get(key);
    if (known === undefined) this.#byKey.set(key, { installed: { ecosystem, name, version, dev }, places: [place] });
    else {
      if (known.installed.dev && !dev) known.installed = { ...known.installed, dev: false };
      // A person mends them one by one; the first few say where to begin.
      if (known.places.length < 5 && !known.places.includes(place)) known.places.push(place);
    }
  }

  list(): Installed[] {
    return [...this.#byKey.values()].map(({ installed, places }) => ({ ...installed, places }));
  }
}

export interface RepositoryScan {
  readonly findings: Observation[];
  readonly evidence: Evidence[];
  /** Patterns of the configuration that matched something here. */
  readonly matched: readonly string[];
  readonly lockfiles: number;
}

const LARGEST_LOCKFILE = 32 * 1024 * 1024;

/** One repository: its lockfiles into `packages`, and the names of files that look like secrets. */
export async function scanRepository(
  context: Context,
  head: Head,
  packages: InstalledPackages,
): Promise<RepositoryScan> {
  const subject = `repositories/${head.name}`;
  let paths: string[];
  try {
    const files = await context.ports.repositories.listFiles(head.repository, head.commit, lookOptions(context));
    paths = files.filter(({ kind }) => kind !== 'submodule').map(({ path }) => path);
  } catch (error) {
    const finding = cannotTell(error, subject, `the files of ${head.name} cannot be listed`);
    return { findings: [finding], evidence: [], matched: [], lockfiles: 0 };
  }
  const patterns = context.configuration.weekly.lockfiles;
  const matched = patterns.filter((pattern) => paths.some(matcherOf([pattern])));
  const lockfiles = paths.filter(matcherOf(patterns));
  const tracked = new Set(paths);
  const findings = secretFiles(paths)
    .slice(0, MOST_SECRETS)
    .map((file) => secretFinding(head, file));
  const evidence: Evidence[] = [
    {
      subject,
      request: `tracked files of ${head.name} at ${head.commit}`,
      observedAt: context.now(),
      value: { files: paths.length, lockfiles: lockfiles.length },
      digest: `sha256:${sha256(paths.join('\n'))}`,
    },
  ];
  // One after the other: a lockfile of 30 MB takes ten times that while it is read.
  for (const path of lockfiles) {
    const look = await scanLockfile(context, head, { path, tracked }, packages);
    findings.push(...look.findings);
    evidence.push(...look.evidence);
  }
  return { findings, evidence, matched, lockfiles: lockfiles.length };
}

function matcherOf(patterns: readonly string[]): (path: string) => boolean {
  if (patterns.length === 0) return () => false;
  const matches = picomatch([...patterns], { dot: true });
  return (path) => matches(path);
}

const MOST_SECRETS = 20;

const secretFinding = ({ name }: Head, { path, rule, severity }: SecretFile): Observation =>
  fails({
    code: `secret-tracked-${rule}`,
    subject: `${name}/${path}`,
    severity,
    soft: severity !== 'high',
    message: `${path} is tracked in ${name}, and its name says that it holds a secret (rule ${rule})`,
    remedy: 'if it does: revoke the secret, take the file out of the history, keep it in the secret manager',
  });

async function scanLockfile(
  context: Context,
  head: Head,
  { path, tracked }: { readonly path: string; readonly tracked: ReadonlySet<string> },
  packages: InstalledPackages,
): Promise<{ findings: Observation[]; evidence: Evidence[] }> {
  const place = `${head.name}/${path}`;
  const read = async (file: string) => {
    const options = { ...lookOptions(context), maxBytes: LARGEST_LOCKFILE };
    return Buffer.from(await context.ports.repositories.readFile(head.repository, head.commit, file, options)).toString(
      'utf8',
    );
  };
  try {
    const text = await read(path);
    const reading = readLockfile(path, text);
    if (reading.kind === 'unreadable') {
      const message = `${place} cannot be read as a lockfile: ${reading.place}: ${reading.reason}`;
      return {
        findings: [
          unknown({
            code: 'lockfile-unreadable',
            subject: place,
            message,
            remedy: 'mend the file, or take it out of `weekly.lockfiles`',
          }),
        ],
        evidence: [],
      };
    }
    for (const one of reading.packages) packages.add(place, one);
    const findings: Observation[] = [];
    const [first] = reading.unjudgeable;
    if (first !== undefined)
      findings.push(
        unknown({
          code: 'not-judgeable',
          subject: place,
          soft: true,
          severity: 'low',
          message: `${reading.unjudgeable.length} packages come from where no advisory source can be asked, the first ${first.name}: ${first.reason}`,
          remedy: 'install them from a registry, or review them by hand',
        }),
      );
    if (context.configuration.weekly.vuln.require_lock_matches_manifest)
      findings.push(...(await compareWithManifest(place, path, text, tracked, read)));
    const value = { format: reading.format, packages: reading.packages.length };
    const request = `${path} of ${head.name} at ${head.commit}`;
    const evidence = { subject: place, request, observedAt: context.now(), value, digest: `sha256:${sha256(text)}` };
    return { findings, evidence: [evidence] };
  } catch (error) {
    return { findings: [cannotTell(error, place, `${place} cannot be read`)], evidence: [] };
  }
}

const WITH_MANIFEST = /(?:^|\/)(?:package-lock\.json|npm-shrinkwrap\.json|pnpm-lock\.yaml|yarn\.lock)$/;

async function compareWithManifest(
  place: string,
  path: string,
  lock: string,
  tracked: ReadonlySet<string>,
  read: (path: string) => Promise<string>,
): Promise<Observation[]> {
  if (!WITH_MANIFEST.test(path)) return [];
  const manifest = path.replace(/[^/]+$/, 'package.json');
  const remedy = 'install anew and commit both files together';
  if (!tracked.has(manifest))
    return [
      unknown({
        code: 'manifest-absent',
        subject: place,
        message: `there is no ${manifest} to compare it with`,
        remedy,
      }),
    ];
  const compared = lockMatchesManifest(await read(manifest), lock);
  if (compared.kind === 'unreadable') {
    const message = `it cannot be compared with ${manifest}: ${compared.path}, ${compared.place}: ${compared.reason}`;
    return [unknown({ code: 'manifest-unreadable', subject: place, message, remedy })];
  }
  const [first] = compared.mismatches;
  if (first === undefined) return [];
  const names = compared.mismatches
    .slice(0, 5)
    .map(({ kind, name }) => `${name} (${kind})`)
    .join(', ');
  const message = `${compared.mismatches.length} dependencies of ${manifest} are not what is locked: ${names}`;
  return [fails({ code: 'lock-mismatch', subject: place, severity: 'medium', message, remedy })];
}
