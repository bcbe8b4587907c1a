import { z } from 'zod';
import { PortError } from '../../domain/errors.ts';
import type { CallOptions, ObjectId, Repository, RequiredCheck } from '../../ports/repositories.ts';
import type { GithubApi } from './github-api.ts';

const runSchema = z.object({
  name: z.string(),
  status: z.string(),
  conclusion: z.string().nullish(),
  app: z.object({ id: z.number() }).nullish(),
});
const statusSchema = z.object({ context: z.string(), state: z.string() });
const branchSchema = z.object({
  protection: z
    .object({
      required_status_checks: z
        .object({
          contexts: z.array(z.string()).default([]),
          checks: z.array(z.object({ context: z.string(), app_id: z.number().nullish() })).default([]),
        })
        .nullish(),
    })
    .nullish(),
});
const ruleSchema = z.object({
  type: z.string(),
  parameters: z
    .object({
      required_status_checks: z
        .array(z.object({ context: z.string(), integration_id: z.number().nullish() }))
        .default([]),
    })
    .nullish(),
});

/** A check that is required, and of which app, when only that app's counts. */
interface Wanted {
  readonly name: string;
  readonly app: number | null;
}
type State = 'green' | 'red' | 'pending';

/** The state of checks on one commit: those named, or those that the branch requires. */
export async function requiredChecks(
  api: GithubApi,
  repository: Repository,
  commit: ObjectId,
  options: CallOptions & { readonly branch: string; readonly names: readonly string[] },
): Promise<readonly RequiredCheck[]> {
  const wanted =
    options.names.length > 0
      ? options.names.map((name): Wanted => ({ name, app: null }))
      : await wantedByBranch(api, repository, options.branch, options);
  if (wanted.length === 0) return [];
  const [runs, statuses] = await Promise.all([
    api.pages(repository, `/commits/${commit}/check-runs?filter=latest`, {
      needs: 'checks: read',
      field: 'check_runs',
      options,
    }),
    api.pages(repository, `/commits/${commit}/status`, { needs: 'statuses: read', field: 'statuses', options }),
  ]);
  const all = read(z.array(runSchema), runs, 'check runs');
  const said = read(z.array(statusSchema), statuses, 'statuses');
  return wanted.map(({ name, app }) => {
    const states = [
      ...all.filter((run) => run.name === name && (app === null || run.app?.id === app)).map(stateOfRun),
      ...(app === null ? said.filter(({ context }) => context === name).map(({ state }) => stateOfStatus(state)) : []),
    ];
    return { name, state: worst(states) };
  });
}

/** What classic protection and rule sets require of the branch; both are shown to whoever may read the repository. */
async function wantedByBranch(
  api: GithubApi,
  repository: Repository,
  branch: string,
  options: CallOptions,
): Promise<readonly Wanted[]> {
  const name = encodeURIComponent(branch);
  const found = await api.get(repository, `/branches/${name}`, { needs: 'contents: read', options });
  const classic = read(branchSchema, found, 'branch').protection?.required_status_checks;
  const rules = read(
    z.array(ruleSchema),
    await api.pages(repository, `/rules/branches/${name}`, { needs: 'metadata: read', options }),
    'rules',
  );
  const all: Wanted[] = [
    ...(classic?.checks ?? []).map(({ context, app_id }) => ({ name: context, app: known(app_id) })),
    ...(classic?.contexts ?? []).map((context) => ({ name: context, app: null })),
    ...rules.flatMap(({ type, parameters }) =>
      type === 'required_status_checks'
        ? (parameters?.required_status_checks ?? []).map(({ context, integration_id }) => ({
            name: context,
            app: known(integration_id),
          }))
        : [],
    ),
  ];
  // Named twice, the one that also names its app says more.
  const byName = new Map<string, Wanted>();
  for (const one of all) if ((byName.get(one.name)?.app ?? null) === null) byName.set(one.name, one);
  return [...byName.values()];
}

/** GitHub writes "any app" as null or as -1. */
const known = (app: number | null | undefined): number | null =>
  app === null || app === undefined || app < 0 ? null : app;

/** As GitHub's own gate counts them: neutral and skipped let a merge pass. */
function stateOfRun({ status, conclusion }: z.infer<typeof runSchema>): State {
  if (status !== 'completed') return 'pending';
  return conclusion === 'success' || conclusion === 'neutral' || conclusion === 'skipped' ? 'green' : 'red';
}

const stateOfStatus = (state: string): State =>
  state === 'success' ? 'green' : state === 'pending' ? 'pending' : 'red';

/** Two that carry one name must both be green: which of them was meant cannot be told. */
function worst(states: readonly State[]): RequiredCheck['state'] {
  if (states.length === 0) return 'missing';
  if (states.includes('red')) return 'red';
  return states.includes('pending') ? 'pending' : 'green';
}

export function read<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const problem = z.prettifyError(result.error).replaceAll('\n', ' ').slice(0, 200);
  throw new PortError('repositories', 'internal', `GitHub's ${what} are not as promised: ${problem}`);
}
