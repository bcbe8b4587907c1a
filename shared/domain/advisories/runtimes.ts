/**
 * Cloud Run functions runtimes: from `deprecatedOn` Google patches no more; from `decommissionedOn` nothing can be
 * deployed on it and what runs may be disabled.
 * Source: https://docs.cloud.google.com/functions/docs/runtime-support and its pages for each language, read in November
 * 2026. Where Google names only a month ("Oct 2027", "Feb/March 2027"), the first day of the first month stands here:
 * an early warning is the cheaper mistake.
 */
interface Lifecycle {
  /** YYYY-MM-DD, UTC. */
  readonly deprecatedOn: string;
  /** Absent where Google has not said when. */
  readonly decommissionedOn?: string;
}

const LIFECYCLES: ReadonlyMap<string, Lifecycle> = new Map<string, Lifecycle>([
  ['nodejs6', { deprecatedOn: '2019-04-17', decommissionedOn: '2020-08-01' }],
  ['nodejs8', { deprecatedOn: '2020-06-05', decommissionedOn: '2021-02-01' }],
  ['nodejs10', { deprecatedOn: '2024-01-30', decommissionedOn: '2025-01-30' }],
  ['nodejs12', { deprecatedOn: '2024-01-30', decommissionedOn: '2025-01-30' }],
  ['nodejs14', { deprecatedOn: '2024-01-30', decommissionedOn: '2025-01-30' }],
  ['nodejs16', { deprecatedOn: '2024-01-30', decommissionedOn: '2025-01-30' }],
  ['nodejs18', { deprecatedOn: '2025-04-30', decommissionedOn: '2025-10-30' }],
  ['nodejs20', { deprecatedOn: '2026-04-30', decommissionedOn: '2026-10-30' }],
  ['nodejs22', { deprecatedOn: '2027-04-30', decommissionedOn: '2027-10-31' }],
  ['nodejs24', { deprecatedOn: '2028-04-30', decommissionedOn: '2028-10-31' }],
  ['python37', { deprecatedOn: '2024-01-30', decommissionedOn: '2025-01-30' }],
  ['python38', { deprecatedOn: '2024-10-14', decommissionedOn: '2025-10-14' }],
  ['python39', { deprecatedOn: '2025-10-05', decommissionedOn: '2026-04-05' }],
  ['python310', { deprecatedOn: '2026-10-04', decommissionedOn: '2027-04-04' }],
  ['python311', { deprecatedOn: '2027-10-24', decommissionedOn: '2028-04-24' }],
  ['python312', { deprecatedOn: '2028-10-02', decommissionedOn: '2029-04-02' }],
  ['python313', { deprecatedOn: '2029-10-10', decommissionedOn: '2030-04-10' }],
  ['python314', { deprecatedOn: '2030-10-10', decommissionedOn: '2031-04-10' }],
  ['go111', { deprecatedOn: '2020-08-05', decommissionedOn: '2021-02-01' }],
  ['go113', { deprecatedOn: '2024-01-30', decommissionedOn: '2025-01-30' }],
  ['go116', { deprecatedOn: '2024-01-30', decommissionedOn: '2025-01-30' }],
  ['go118', { deprecatedOn: '2024-01-30', decommissionedOn: '2025-01-30' }],
  ['go119', { deprecatedOn: '2024-04-30', decommissionedOn: '2025-01-30' }],
  ['go120', { deprecatedOn: '2024-05-01', decommissionedOn: '2025-05-01' }],
  ['go121', { deprecatedOn: '2025-09-03', decommissionedOn: '2026-03-03' }],
  ['go122', { deprecatedOn: '2026-01-28', decommissionedOn: '2026-07-28' }],
  ['go123', { deprecatedOn: '2026-02-21', decommissionedOn: '2026-08-21' }],
  ['go124', { deprecatedOn: '2026-09-02', decommissionedOn: '2027-03-02' }],
  ['go125', { deprecatedOn: '2026-10-01', decommissionedOn: '2027-04-01' }],
  ['go126', { deprecatedOn: '2027-02-01', decommissionedOn: '2027-08-01' }],
  ['go127', { deprecatedOn: '2027-08-01', decommissionedOn: '2028-02-01' }],
  ['java11', { deprecatedOn: '2024-10-31', decommissionedOn: '2025-10-31' }],
  ['java17', { deprecatedOn: '2027-10-01' }],
  ['java21', { deprecatedOn: '2031-09-01' }],
  ['java25', { deprecatedOn: '2031-10-01' }],
]);

export type RuntimeStatus =
  | { readonly status: 'supported'; readonly deprecatedOn: string; readonly daysLeft: number }
  | { readonly status: 'deprecated'; readonly deprecatedOn: string; readonly decommissionedOn?: string }
  | { readonly status: 'decommissioned'; readonly decommissionedOn: string }
  /** Not in the table: newer than it, another language, or misspelt. Never to be shown as supported. */
  | { readonly status: 'unknown' };

const DAY_MS = 86_400_000;

/** `runtime` is Google's id (`nodejs24`); `at` is RFC 3339 or a date. An unreadable `at` gives `unknown`. */
export function runtimeStatus(runtime: string, at: string): RuntimeStatus {
  const lifecycle = LIFECYCLES.get(runtime.trim().toLowerCase());
  const now = Date.parse(at);
  if (lifecycle === undefined || Number.isNaN(now)) return { status: 'unknown' };
  const { deprecatedOn, decommissionedOn } = lifecycle;
  if (decommissionedOn !== undefined && now >= Date.parse(decommissionedOn)) {
    return { status: 'decommissioned', decommissionedOn };
  }
  const deprecatedAt = Date.parse(deprecatedOn);
  if (now >= deprecatedAt) {
    return { status: 'deprecated', deprecatedOn, ...(decommissionedOn === undefined ? {} : { decommissionedOn }) };
  }
  return { status: 'supported', deprecatedOn, daysLeft: Math.ceil((deprecatedAt - now) / DAY_MS) };
}

export function knownRuntimes(): readonly string[] {
  return [...LIFECYCLES.keys()];
}
