import type { Evidence } from '../../domain/finding.ts';
import type { EvidenceSource, Gap } from '../../domain/guardrails/index.ts';
import { digestOf } from '../../domain/json.ts';
import { mapLimited } from '../support/map-limited.ts';
import type { ComplianceContext } from './compliance-context.ts';
import { readEvidence, type Take } from './read-evidence.ts';

/** Pages asked for at a time: few, because they are one site's. */
const PAGES_AT_ONCE = 4;

export interface PagesReading {
  /** Routes that could not be read, each with the reason. */
  readonly gaps: ReadonlyMap<string, Gap>;
  readonly digest: string;
  readonly receipt: Evidence | undefined;
}

/** Reads pages of a site, one record a page, which carries its `route`. */
export async function readPages(
  context: ComplianceContext,
  name: string,
  source: EvidenceSource,
  routes: readonly string[],
  take: Take,
): Promise<PagesReading> {
  const gaps = new Map<string, Gap>();
  const digests: Record<string, string> = {};
  const readings = await mapLimited(routes, PAGES_AT_ONCE, (route, index) =>
    readEvidence(
      context,
      name,
      source,
      (record) => {
        const page = { ...record, route };
        take(page, index + 1, page);
      },
      {
        uri: addressOf(source.source_uri, route),
      },
    ),
  );
  for (const [index, reading] of readings.entries()) {
    const route = routes[index] ?? '';
    if (reading.kind === 'whole') digests[route] = reading.digest;
    else gaps.set(route, { ...reading.gap, message: `page ${route}: ${reading.gap.message}` });
  }
  const pages = Object.keys(digests);
  const digest = digestOf(digests);
  const receipt = {
    subject: name,
    request: `GET ${source.source_uri}: ${pages.join(', ')}`,
    observedAt: context.now(),
    value: { records: pages.length },
    digest,
    maxAgeSeconds: Math.round(source.max_age_h * 3600),
  };
  return { gaps, digest, receipt: pages.length === 0 ? undefined : receipt };
}

/** A route begins at the address of the site, whatever path that has. */
export const addressOf = (site: string, route: string): string => `${site.replace(/\/+$/, '')}${route}`;
