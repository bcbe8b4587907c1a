/** An OSV server with made-up advisories, in a process of its own. Usage: node weekly-osv.ts ADVISORIES PACKAGES; prints its origin. */
import { startOsvServer } from '../../shared/adapters/local/osv-server.ts';

const [advisories = '0', packages = '0'] = process.argv.slice(2);
const ecosystems = ['npm', 'npm', 'npm', 'PyPI', 'crates.io', 'Go'];
const records = Array.from({ length: Number(advisories) }, (_, number) => {
  const about = (number * 13) % Number(packages);
  return {
    id: `GHSA-${number}`,
    modified: '2026-11-20T00:00:00Z',
    aliases: [`CVE-2026-${number >> 1}`],
    severity: [{ type: 'CVSS_V3', score: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:N/A:N' }],
    affected: ecosystems.map((ecosystem) => ({
      package: { ecosystem, name: `package-${about}` },
      ranges: [{ type: ecosystem === 'PyPI' ? 'ECOSYSTEM' : 'SEMVER', events: [{ introduced: '0' }] }],
    })),
  };
});
const server = await startOsvServer({ records });
console.log(server.origin);
process.stdin.resume();
