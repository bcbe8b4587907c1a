import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { withImageScans } from '../../../shared/adapters/gcp/advisories.ts';
import { PortError } from '../../../shared/domain/errors.ts';
import type { AdvisoriesPort } from '../../../shared/ports/advisories.ts';
import { type ArtifactAnalysisStandIn, startArtifactAnalysis } from '../../standins/artifact-analysis.ts';

const IMAGE = `us-docker.pkg.dev/p1/run/shop@sha256:${'ab'.repeat(32)}`;
const resourceUri = `https://${IMAGE}`;
const silent = (): never => assert.fail('the source of advisories is not asked');
const source: AdvisoriesPort = { query: silent, records: silent, newestChangeAt: silent };
const scanned = (analysisStatus: string) => ({
  kind: 'DISCOVERY',
  resourceUri,
  discovery: { analysisStatus, lastScanTime: { seconds: String(Date.parse('2026-11-24T03:00:00Z') / 1000), nanos: 0 } },
});
const found = (id: string, effectiveSeverity: string, fixed: string) => ({
  kind: 'VULNERABILITY',
  resourceUri,
  noteName: `projects/goog-vulnz/notes/${id}`,
  vulnerability: {
    effectiveSeverity,
    packageIssue: [{ affectedPackage: 'openssl', fixedVersion: { fullName: fixed } }],
  },
});

describe('scans of images by Artifact Analysis', () => {
  let standIn: ArtifactAnalysisStandIn;
  let port: AdvisoriesPort;
  beforeEach(async () => {
    standIn = await startArtifactAnalysis();
    port = withImageScans(source, { projectId: 'p1', region: 'us-central1', endpoint: standIn.endpoint });
  });
  afterEach(() => standIn.close());

  it('lists what was found in the image over all pages, and when it was scanned', async () => {
    standIn.occurrences = [
      scanned('FINISHED_SUCCESS'),
      found('CVE-1', 'CRITICAL', '3.0.1'),
      found('CVE-2', 'MINIMAL', ''),
      found('CVE-3', 'SEVERITY_UNSPECIFIED', '1'),
      { ...found('CVE-4', 'HIGH', '1'), resourceUri: 'https://other' },
    ];
    assert.deepEqual(await port.imageScan?.(IMAGE), {
      scannedAt: '2026-11-24T03:00:00.000Z',
      found: [
        { id: 'CVE-1', rating: 'critical', packageName: 'openssl', fixedIn: '3.0.1' },
        { id: 'CVE-2', rating: 'low', packageName: 'openssl', fixedIn: null },
        { id: 'CVE-3', rating: 'unknown', packageName: 'openssl', fixedIn: '1' },
      ],
    });
  });

  it('knows nothing of an image whose scan did not end well or never was', async () => {
    assert.deepEqual(await port.imageScan?.(IMAGE), { scannedAt: null, found: [] });
    standIn.occurrences = [scanned('FINISHED_FAILED')];
    assert.deepEqual(await port.imageScan?.(IMAGE), { scannedAt: null, found: [] });
  });

  it('refuses an image named by a tag, and names a missing permission', async () => {
    await assert.rejects(
      async () => port.imageScan?.('us-docker.pkg.dev/p1/run/shop:1" OR kind="NOTE'),
      (error) => error instanceof PortError && error.code === 'invalid',
    );
    standIn.faults.next('listOccurrences', { kind: 'before', code: 7 });
    await assert.rejects(
      async () => port.imageScan?.(IMAGE),
      (error) =>
        error instanceof PortError &&
        error.code === 'permission-denied' &&
        error.message.includes('containeranalysis.occurrences.list'),
    );
  });
});
