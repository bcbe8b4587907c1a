import picomatch from 'picomatch';
import { z } from 'zod';
import type { CallOptions, RefRules, Repository } from '../../ports/repositories.ts';
import type { GithubApi } from './github-api.ts';
import { read } from './github-checks.ts';

const branchRuleSchema = z.object({ type: z.string(), ruleset_id: z.number().nullish() });
const rulesetSchema = z.object({
  id: z.number(),
  target: z.string().default('branch'),
  enforcement: z.string(),
  current_user_can_bypass: z.string().nullish(),
  conditions: z
    .object({
      ref_name: z
        .object({ include: z.array(z.string()).default([]), exclude: z.array(z.string()).default([]) })
        .nullish(),
    })
    .nullish(),
  rules: z.array(z.object({ type: z.string() })).default([]),
});
type Ruleset = z.infer<typeof rulesetSchema>;
const protectionSchema = z.object({
  allow_force_pushes: z.object({ enabled: z.boolean() }).nullish(),
  allow_deletions: z.object({ enabled: z.boolean() }).nullish(),
  lock_branch: z.object({ enabled: z.boolean() }).nullish(),
  required_pull_request_reviews: z.unknown().optional(),
  restrictions: z.unknown().optional(),
});

/**
 * What stands in the way of moving a ref. Rule sets tell whether this credential may bypass them, also for a ref that
 * does not exist yet. Classic protection is read for a branch that exists; one that would first match a new branch shows
 * only when it is tried.
 */
export async function refRules(
  api: GithubApi,
  repository: Repository,
  ref: string,
  options: CallOptions | undefined,
): Promise<RefRules> {
  const types = ref.startsWith('refs/heads/')
    ? await branchRules(api, repository, ref.slice('refs/heads/'.length), options)
    : await rulesetRules(api, repository, ref, options);
  const has = (...names: readonly string[]) => names.some((name) => types.has(name));
  // A pull request or an update rule stands before every push, whatever it does.
  const noUpdate = has('update', 'pull_request', 'locked');
  return {
    create: !has('creation'),
    fastForward: !noUpdate,
    putBack: !noUpdate && !has('non_fast_forward'),
    delete: !has('deletion', 'locked'),
  };
}

async function branchRules(
  api: GithubApi,
  repository: Repository,
  branch: string,
  options: CallOptions | undefined,
): Promise<ReadonlySet<string>> {
  const name = encodeURIComponent(branch);
  const rules = read(
    z.array(branchRuleSchema),
    await api.pages(repository, `/rules/branches/${name}`, { needs: 'metadata: read', options }),
    'rules',
  );
  const ids = [...new Set(rules.flatMap(({ ruleset_id }) => ruleset_id ?? []))];
  const bypassed = new Set<number>();
  for (const id of ids) if (mayBypass(await rulesetOf(api, repository, id, options))) bypassed.add(id);
  const types = new Set(rules.filter(({ ruleset_id }) => !bypassed.has(ruleset_id ?? -1)).map(({ type }) => type));
  for (const type of await protectionRules(api, repository, name, options)) types.add(type);
  return types;
}

/** Whether a branch is protected is shown to everybody, how only to administrators: not knowing it is no answer. */
async function protectionRules(
  api: GithubApi,
  repository: Repository,
  name: string,
  options: CallOptions | undefined,
): Promise<readonly string[]> {
  const branch = await api.find(repository, `/branches/${name}`, { needs: 'contents: read', options });
  if (branch === undefined) return [];
  const isProtected = read(
    z.object({ protected: z.boolean(), protection: z.object({ enabled: z.boolean() }).nullish() }),
    branch,
    'branch',
  );
  // `protected` is also true for rule sets; classic protection says so by itself.
  if (!isProtected.protected || isProtected.protection?.enabled === false) return [];
  const found = await api.get(repository, `/branches/${name}/protection`, { needs: 'administration: read', options });
  const protection = read(protectionSchema, found, 'branch protection');
  return [
    ...(protection.allow_force_pushes?.enabled === true ? [] : ['non_fast_forward']),
    ...(protection.allow_deletions?.enabled === true ? [] : ['deletion']),
    ...(protection.lock_branch?.enabled === true ? ['locked'] : []),
    ...(present(protection.required_pull_request_reviews) ? ['pull_request'] : []),
    // Only those listed may push; whether this credential is one of them, only a push tells: taken as forbidden.
    ...(present(protection.restrictions) ? ['update'] : []),
  ];
}

const present = (value: unknown): boolean => value !== undefined && value !== null;

/** For tags GitHub has no list of what applies: every active rule set is matched here, as GitHub matches it. */
async function rulesetRules(
  api: GithubApi,
  repository: Repository,
  ref: string,
  options: CallOptions | undefined,
): Promise<ReadonlySet<string>> {
  const list = read(
    z.array(z.object({ id: z.number(), target: z.string().nullish(), enforcement: z.string() })),
    await api.pages(repository, '/rulesets?includes_parents=true', { needs: 'metadata: read', options }),
    'rule sets',
  );
  const types = new Set<string>();
  for (const { id, target, enforcement } of list) {
    if (enforcement !== 'active' || target !== 'tag') continue;
    const ruleset = await rulesetOf(api, repository, id, options);
    if (mayBypass(ruleset) || !covers(ruleset, ref)) continue;
    for (const { type } of ruleset.rules) types.add(type);
  }
  return types;
}

async function rulesetOf(
  api: GithubApi,
  repository: Repository,
  id: number,
  options: CallOptions | undefined,
): Promise<Ruleset> {
  const found = await api.get(repository, `/rulesets/${id}?includes_parents=true`, {
    needs: 'metadata: read',
    options,
  });
  return read(rulesetSchema, found, 'rule set');
}

/** `pull_requests_only` is of no use to a push. */
const mayBypass = ({ current_user_can_bypass }: Ruleset): boolean =>
  current_user_can_bypass === 'always' || current_user_can_bypass === 'exempt';

function covers({ conditions }: Ruleset, ref: string): boolean {
  const { include = [], exclude = [] } = conditions?.ref_name ?? {};
  const matches = (pattern: string) => pattern === '~ALL' || picomatch.isMatch(ref, pattern, { dot: true });
  return include.some(matches) && !exclude.some(matches);
}
