import type { OsvRecord } from '../../domain/advisories/record.ts';

/**
 * Made-up advisories of the sample world, about packages that no registry has: a person can see each kind of finding, and
 * nothing here speaks of real software.
 */
export const SAMPLE_ADVISORIES: readonly OsvRecord[] = [
  {
    id: 'GHSA-hn00-0000-0001',
    modified: '2026-11-16T08:00:00Z',
    published: '2026-11-10T08:00:00Z',
    aliases: ['CVE-2026-90001'],
    summary: 'sample-age-gate accepts a forged cookie',
    affected: [
      {
        package: { ecosystem: 'npm', name: 'sample-age-gate' },
        ranges: [{ type: 'SEMVER', events: [{ introduced: '0' }, { fixed: '2.4.1' }] }],
      },
    ],
    severity: [{ type: 'CVSS_V3', score: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H' }],
    database_specific: { severity: 'CRITICAL' },
  },
  {
    id: 'GHSA-hn00-0000-0002',
    modified: '2026-10-02T10:30:00Z',
    aliases: ['CVE-2026-90002'],
    summary: 'sample-label-printer reads any file',
    affected: [
      {
        package: { ecosystem: 'npm', name: 'sample-label-printer' },
        ranges: [{ type: 'SEMVER', events: [{ introduced: '1.0.0' }, { last_affected: '1.6.3' }] }],
      },
    ],
    severity: [{ type: 'CVSS_V4', score: 'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:L/VI:N/VA:N/SC:N/SI:N/SA:N' }],
    database_specific: { severity: 'MODERATE' },
  },
  {
    id: 'PYSEC-2026-9001',
    modified: '2026-09-20T00:00:00Z',
    aliases: ['CVE-2026-90003'],
    summary: 'sample-coa-parser runs what it parses',
    affected: [
      {
        package: { ecosystem: 'PyPI', name: 'sample-coa-parser' },
        ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed: '0.9.0' }] }],
        versions: ['0.7.0', '0.8.0', '0.8.1'],
      },
    ],
    severity: [{ type: 'CVSS_V3', score: 'CVSS:3.0/AV:N/AC:H/PR:N/UI:R/S:U/C:H/I:H/A:H' }],
  },
  {
    id: 'GHSA-hn00-0000-0003',
    modified: '2026-11-01T12:00:00Z',
    withdrawn: '2026-11-01T12:00:00Z',
    summary: 'withdrawn: sample-cart was never affected',
    affected: [
      {
        package: { ecosystem: 'npm', name: 'sample-cart' },
        ranges: [{ type: 'SEMVER', events: [{ introduced: '0' }] }],
      },
    ],
    database_specific: { severity: 'HIGH' },
  },
];
