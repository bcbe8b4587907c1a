import { type Observation, result, unknown } from '../../domain/finding.ts';
import type { Json } from '../../domain/json.ts';
import { withSteadyYoungSpace } from '../../snapshots/steady-young-space.ts';
import { defineOperation } from '../define-operation.ts';
import { askAdvisories } from './ask-advisories.ts';
import { InstalledPackages, type RepositoryScan, scanRepository } from './read-lockfiles.ts';
import { headsOf } from './repository-heads.ts';
import { scanImages } from './scan-images.ts';

/** What is installed and what is served, held against what is known to be vulnerable. */
export const scanVulnerabilities = defineOperation({
  name: 'scan-vulnerabilities',
  claim:
    'nothing that is installed or served has a known vulnerability of the configured severity, and no secret is tracked',
  kind: 'check',
  failure: 'hard',
  needs: ['advisories', 'repositories', 'services'],
  timeoutSeconds: 240,
  async run(context) {
    const { heads, findings } = await headsOf(context, context.configuration.repositories);
    const packages = new InstalledPackages();
    const scans: RepositoryScan[] = [];
    const { installed, advisories } = await withSteadyYoungSpace(async () => {
      for (const head of heads) scans.push(await scanRepository(context, head, packages));
      const list = packages.list();
      return { installed: list, advisories: await askAdvisories(context, list) };
    });
    const images = await scanImages(context);
    const all = [
      ...findings,
      ...scans.flatMap((scan) => scan.findings),
      ...selectors(context.configuration.weekly.lockfiles, scans),
      ...advisories.findings,
      ...images.findings,
    ];
    const evidence = [...scans.flatMap((scan) => scan.evidence), ...advisories.evidence, ...images.evidence];
    const output = {
      lockfiles: scans.reduce((sum, { lockfiles }) => sum + lockfiles, 0),
      packages: installed.length,
      vulnerabilities: advisories.vulnerabilities.map(({ ids, rating, score, packages: affected, waivedBy }) => ({
        ids,
        rating,
        score,
        packages: affected.map(({ name }) => name),
        waivedUntil: waivedBy?.until ?? null,
      })),
    };
    return { ...result(all, evidence.slice(0, MOST_EVIDENCE)), output: output as unknown as Json };
  },
});

/** One receipt each for two hundred lockfiles and their repositories; a checkpoint is one document. */
const MOST_EVIDENCE = 250;

/** A pattern that matches nothing looks exactly like a clean scan. */
function selectors(patterns: readonly string[], scans: readonly RepositoryScan[]): Observation[] {
  const remedy = 'correct `weekly.lockfiles`, or commit the lockfiles';
  if (patterns.length === 0)
    return [
      unknown({
        code: 'no-lockfiles',
        subject: 'weekly.lockfiles',
        message: 'no lockfile is configured, so no package was looked at',
        remedy,
      }),
    ];
  const idle = patterns.filter((pattern) => !scans.some(({ matched }) => matched.includes(pattern)));
  return idle.map((pattern) =>
    unknown({
      code: 'matches-nothing',
      subject: `weekly.lockfiles/${pattern}`,
      message: `${pattern} matches no tracked file of any repository`,
      remedy,
    }),
  );
}
