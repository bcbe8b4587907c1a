import type { Json } from '../json.ts';
import type { Pins } from '../run.ts';
import type { Bindings } from '../ticket.ts';
import type { Instant } from '../time.ts';
import type { ContextManifest } from './manifest.ts';

interface Circumstances {
  readonly at: Instant;
  readonly runId: string;
  readonly pins: Pins;
  /** Names of the configured repositories. */
  readonly repositories: readonly string[];
}

type Written = Omit<ContextManifest, 'shape'>;

/** What noon releases, as the ticket names it, after the manifest that it replaces. */
export function nextManifest(
  circumstances: Circumstances,
  bindings: Bindings,
  previous: { readonly digest: string; readonly sequence: number } | undefined,
): Written {
  const commits = Object.fromEntries(
    circumstances.repositories.map((name) => [name, text(bindings[`repositories/${name}/commit`])]),
  );
  return {
    ...made(circumstances, commits),
    sequence: (previous?.sequence ?? 0) + 1,
    adopted: false,
    previous: previous?.digest ?? null,
    datasets: released(bindings, 'datasets', 'staged', 'live'),
    services: released(bindings, 'services', 'candidate', 'serving'),
  };
}

/** The first manifest of all: what is observed, before any noon. */
export function adoptedManifest(
  circumstances: Circumstances,
  commits: Readonly<Record<string, string | null>>,
): Written {
  return {
    ...made(circumstances, commits),
    sequence: 1,
    adopted: true,
    previous: null,
    datasets: {},
    services: {},
  };
}

function made({ at, runId, pins, repositories }: Circumstances, commits: Readonly<Record<string, string | null>>) {
  const entries = repositories.map((name) => {
    const commit = commits[name] ?? null;
    return [name, { present: commit !== null, commit }] as const;
  });
  return {
    syncedAt: at,
    run: runId,
    configuration: pins.configuration,
    code: pins.code,
    repositories: Object.fromEntries(entries),
  };
}

const text = (value: Json | undefined): string | null => (typeof value === 'string' ? value : null);

/** What will be in use after noon: the new part where the ticket has one, else what is in use already. */
function released(bindings: Bindings, family: string, next: string, now: string): Record<string, string | null> {
  const found: Record<string, string | null> = {};
  for (const binding of Object.keys(bindings)) {
    const [first, name, part, more] = binding.split('/');
    if (first !== family || name === undefined || more !== undefined || (part !== next && part !== now)) continue;
    found[name] = text(bindings[`${family}/${name}/${next}`]) ?? text(bindings[`${family}/${name}/${now}`]);
  }
  return found;
}
