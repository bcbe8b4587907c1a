import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { epochMs, type Instant } from '../../../domain/time.ts';

/** The repositories of the sample world, made and advanced with the machine's own git. */
export const SAMPLE_REPOSITORIES = ['LivHana-SoT', 'LivHana-Kinetic', 'LivHana-Potential'] as const;
export type SampleRepository = (typeof SAMPLE_REPOSITORIES)[number];

interface SampleCommit {
  readonly at: Instant;
  readonly message: string;
  readonly files: Readonly<Record<string, string>>;
}

const FIRST_COMMIT_AT = '2026-01-05T15:00:00.000Z';

export const repositoryFolder = (root: string, name: string): string => join(root, `${name}`);

/** Makes the repositories that are not there yet, each with a first commit. */
export async function makeSampleRepositories(root: string): Promise<void> {
  await mkdir(root, { recursive: true });
  for (const name of SAMPLE_REPOSITORIES) {
    const folder = repositoryFolder(root, name);
    if (existsSync(folder)) continue;
    // Made elsewhere and moved into place: a repository that is there is whole, however its making was cut short.
    const made = `${folder}.${randomUUID()}.new`;
    await git(['init', '--quiet', '--bare', '--initial-branch=main', made]);
    await commit(made, { at: FIRST_COMMIT_AT, message: 'Begin', files: firstFiles(name) }, true);
    await moveInto(made, folder);
  }
}

async function moveInto(made: string, folder: string): Promise<void> {
  try {
    await rename(made, folder);
  } catch (error) {
    // Another process was first; its repository has the same first commit.
    if (!existsSync(folder)) throw error;
    await rm(made, { recursive: true, force: true });
  }
}

/** A person's commit of that morning in each repository, so that the new day has something to release. */
export async function commitToSampleRepositories(root: string, at: Instant): Promise<void> {
  for (const name of SAMPLE_REPOSITORIES) {
    const text = `# Status of ${name}\n\nLast Verified (UTC): ${at}\n\nEverything that was planned for ${at.slice(0, 10)} is in.\n`;
    await commit(
      repositoryFolder(root, name),
      { at, message: `Status of ${at.slice(0, 10)}`, files: { 'docs/CURRENT_STATUS.md': text } },
      false,
    );
  }
}

/** Adds one commit to a branch; the committer is a person of the sample world. */
export async function commit(
  folder: string,
  { at, message, files }: SampleCommit,
  isFirst: boolean,
  branch = 'main',
): Promise<void> {
  const seconds = Math.floor(epochMs(at) / 1000);
  const parts = [
    `commit refs/heads/${branch}\n`,
    `committer Jesse Niesen <jesse@livhana.example> ${seconds} +0000\n`,
    data(message),
    isFirst ? '' : `from refs/heads/${branch}^0\n`,
    ...Object.entries(files).map(([path, text]) => `M 100644 inline ${path}\n${data(text)}`),
    '\n',
  ];
  await git(['--git-dir', folder, 'fast-import', '--quiet', '--date-format=raw-permissive'], parts.join(''));
}

const data = (text: string): string => `data ${Buffer.byteLength(text)}\n${text}\n`;

async function git(args: readonly string[], input = ''): Promise<void> {
  const child = spawn('git', args, {
    stdio: ['pipe', 'ignore', 'pipe'],
    env: { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' },
  });
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint += text;
  });
  // A git that ends before it has read everything says why by its exit code; the broken pipe adds nothing.
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0)
    throw new Error(
      `git ${args.find((word) => !word.startsWith('-') && !word.includes('/')) ?? ''} ended with ${code}: ${complaint.slice(0, 500)}`,
    );
}

function firstFiles(name: SampleRepository): Record<string, string> {
  const common = {
    'README.md': `# ${name}\n\nA repository of the sample world.\n`,
    'docs/CURRENT_STATUS.md': `# Status of ${name}\n\nLast Verified (UTC): ${FIRST_COMMIT_AT}\n`,
    '.gitignore': '.env\nnode_modules/\n',
  };
  if (name !== 'LivHana-SoT') return common;
  return {
    ...common,
    'docs/governance/RISKLOG.md':
      '# Risks\n\n| risk | owner | Reviewed |\n|---|---|---|\n| supplier outage | ops | 2026-01-05 |\n',
    'docs/MONITORING_RUNBOOK.md': '# Monitoring runbook\n\nWhat to look at first.\n',
    'package.json': `${JSON.stringify(PACKAGE, null, 2)}\n`,
    'package-lock.json': `${JSON.stringify(PACKAGE_LOCK, null, 2)}\n`,
    'infra/cloud-run/integration-service.yaml': serviceManifest('integration-service'),
    'infra/cloud-run/age-verification-gate.yaml': serviceManifest('age-verification-gate'),
  };
}

/** Made-up packages that no registry has: an advisory about one of them can be added to DATA/advisories.json. */
const PACKAGE = {
  name: 'livhana-shop',
  version: '1.0.0',
  dependencies: { 'sample-age-gate': '^2.4.1', 'sample-cart': '^1.0.0' },
};
const PACKAGE_LOCK = {
  name: 'livhana-shop',
  version: '1.0.0',
  lockfileVersion: 3,
  packages: {
    '': PACKAGE,
    'node_modules/sample-age-gate': { version: '2.4.1' },
    'node_modules/sample-cart': { version: '1.2.0' },
  },
};

/** A Cloud Run manifest as the rules of the sample configuration want it. */
function serviceManifest(name: string): string {
  return `apiVersion: serving.knative.dev/v1
kind: Service
metadata:
  name: ${name}
spec:
  template:
    spec:
      serviceAccountName: run-api@livhana-fixture.iam.gserviceaccount.com
      containerConcurrency: 40
      containers:
        - image: us-docker.pkg.dev/livhana-fixture/services/${name}@sha256:${'a'.repeat(64)}
          resources:
            limits:
              cpu: "1"
              memory: 512Mi
          env:
            - name: COMPLIANCE_LEVEL
              value: "21+"
          livenessProbe:
            httpGet:
              path: /health
          startupProbe:
            httpGet:
              path: /ready
`;
}
