import type { grafeas } from '@google-cloud/containeranalysis/build/protos/protos.js';
import type { Rating } from '../../domain/advisories/severity.ts';
import { PortError } from '../../domain/errors.ts';
import { latest } from '../../domain/time.ts';
import type { AdvisoriesPort, ImageScan, ImageVulnerability } from '../../ports/advisories.ts';
import { grpcCall, lazily, once } from './call.ts';
import { type CloudPlace, grpcOptions } from './endpoints.ts';
import { lastSegment, toInstant } from './values.ts';

type Occurrence = grafeas.v1.IOccurrence;

const MOST_PAGES = 20;

/** The given source of advisories, and beside it what Artifact Analysis found in an image. */
export function withImageScans(advisories: AdvisoriesPort, place: CloudPlace): AdvisoriesPort {
  const client = lazily(async () => {
    const [{ ContainerAnalysisClient }, options] = await Promise.all([
      import('@google-cloud/containeranalysis'),
      grpcOptions(place),
    ]);
    return new ContainerAnalysisClient(options as never).getGrafeasClient();
  });
  const parent = `projects/${place.projectId}`;

  async function occurrences(filter: string, image: string, signal: AbortSignal | undefined): Promise<Occurrence[]> {
    const asked = { port: 'advisories', what: `the scan of ${image}`, needs: 'containeranalysis.occurrences.list' };
    const found: Occurrence[] = [];
    let pageToken: string | null | undefined;
    for (let page = 0; page < MOST_PAGES; page += 1) {
      const request = { parent, filter, pageSize: 500, ...(pageToken ? { pageToken } : {}) };
      const [list, , response] = await grpcCall(asked, signal, async () =>
        (await client()).listOccurrences(request, { ...once(), autoPaginate: false }),
      );
      found.push(...list);
      pageToken = response?.nextPageToken;
      if (!pageToken) return found;
    }
    throw new PortError('advisories', 'too-large', `${asked.what}: more than ${MOST_PAGES} pages of findings`);
  }

  return {
    query: (packages, options) => advisories.query(packages, options),
    records: (refs, options) => advisories.records(refs, options),
    newestChangeAt: (ecosystem, options) => advisories.newestChangeAt(ecosystem, options),
    async imageScan(image, options = {}): Promise<ImageScan> {
      if (!/^[a-z0-9.:/_-]+@sha256:[0-9a-f]{64}$/i.test(image))
        throw new PortError('advisories', 'invalid', `${image.slice(0, 200)} is no image by its digest`);
      const resource = `resourceUrl="https://${image}"`;
      const discovered = await occurrences(`kind="DISCOVERY" AND ${resource}`, image, options.signal);
      const finished = discovered.flatMap(scannedAt);
      // Not yet scanned, or the scan failed: no list of findings would say anything.
      if (finished.length === 0) return { scannedAt: null, found: [] };
      const found = await occurrences(`kind="VULNERABILITY" AND ${resource}`, image, options.signal);
      return { scannedAt: finished.reduce(latest), found: found.flatMap(vulnerabilities) };
    },
  };
}

function scannedAt({ discovery, updateTime }: Occurrence): string[] {
  const status = discovery?.analysisStatus;
  if (status !== 'FINISHED_SUCCESS' && status !== 'COMPLETE' && status !== 3) return [];
  const at = discovery?.lastScanTime ?? updateTime;
  return at ? [toInstant(at)] : [];
}

function vulnerabilities({ vulnerability, noteName }: Occurrence): ImageVulnerability[] {
  if (!vulnerability) return [];
  const severity = vulnerability.effectiveSeverity ?? vulnerability.severity;
  const id = vulnerability.shortDescription || lastSegment(noteName ?? '');
  const rating = RATINGS[String(severity)] ?? 'unknown';
  return (vulnerability.packageIssue ?? []).map(({ affectedPackage, fixedVersion }) => ({
    id,
    rating,
    packageName: affectedPackage ?? '',
    fixedIn: fixedVersion?.fullName || null,
  }));
}

/** grafeas.v1.Severity, as words and as numbers. */
const RATINGS: Readonly<Record<string, Rating>> = {
  MINIMAL: 'low',
  LOW: 'low',
  MEDIUM: 'medium',
  HIGH: 'high',
  CRITICAL: 'critical',
  1: 'low',
  2: 'low',
  3: 'medium',
  4: 'high',
  5: 'critical',
};
