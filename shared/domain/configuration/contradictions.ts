/** Values that are each allowed and cannot all be meant. */
import type { RawMistake } from './mistake.ts';
import { entriesOf, isMap, mapAt, numberAt, type RawMap, textAt, textsAt } from './raw.ts';
import { OWN_REFS } from './repositories.ts';

export function contradictions(tree: RawMap): RawMistake[] {
  return [
    ...freshness(tree),
    ...archives(tree),
    ...encryption(tree),
    ...levels(tree),
    ...refs(tree),
    ...warnings(tree),
    ...schemas(tree),
    ...people(tree),
    ...audiences(tree),
    ...mail(tree),
  ];
}

function freshness(tree: RawMap): RawMistake[] {
  return entriesOf(tree, 'memory').flatMap(({ at, value }) => {
    const mistakes: RawMistake[] = [];
    const limits = mapAt(value, 'freshness_h');
    const [cadence, warn, max, critical] = [
      numberAt(value, 'cadence_h'),
      numberAt(limits, 'warn'),
      numberAt(limits, 'max'),
      numberAt(limits, 'critical'),
    ];
    const say = (key: string, found: number, message: string, allowed: string) =>
      mistakes.push({ at: [...at, 'freshness_h', key], value: found, message, allowed });
    if (cadence !== undefined && max !== undefined && max < cadence) {
      say(
        'max',
        max,
        `is below the cadence: what comes every ${cadence} hours is older than that before the next`,
        `at least ${cadence} (cadence_h)`,
      );
    }
    if (warn !== undefined && max !== undefined && warn > max)
      say('warn', warn, 'is above `max`', `at most ${max} (max)`);
    if (max !== undefined && critical !== undefined && max > critical)
      say('critical', critical, 'is below `max`', `at least ${max} (max)`);
    return mistakes;
  });
}

function archives(tree: RawMap): RawMistake[] {
  return entriesOf(tree, 'memory').flatMap(({ at, value }) => {
    const mistakes: RawMistake[] = [];
    const byRule = value.archive_keep_days;
    const chosen = typeof value.archive === 'string' ? [value.archive] : textsAt(value, 'archive');
    if (value.archive_keep !== undefined && byRule !== undefined) {
      mistakes.push({
        at: [...at, 'archive_keep'],
        value: value.archive_keep,
        message: 'stands beside `archive_keep_days`',
        allowed: 'one of the two',
      });
    }
    if (chosen.includes('none') && chosen.length > 1) {
      mistakes.push({
        at: [...at, 'archive'],
        value: value.archive,
        message: 'names `none` beside other rules',
        allowed: '`none` alone, or rules',
      });
    }
    for (const [rule, days] of isMap(byRule) ? Object.entries(byRule) : []) {
      if (chosen.includes(rule)) continue;
      mistakes.push({
        at: [...at, 'archive_keep_days', rule],
        value: days,
        message: 'is no rule of `archive` here',
        allowed:
          chosen.length === 0 ? 'no rule: `archive` chooses none' : chosen.map((each) => `\`${each}\``).join(', '),
      });
    }
    return mistakes;
  });
}

function encryption(tree: RawMap): RawMistake[] {
  if (mapAt(tree, 'snapshots').encryption_key !== undefined) return [];
  return entriesOf(tree, 'memory').flatMap(({ at, value }): RawMistake[] =>
    value.pii === true
      ? [
          {
            at: [...at, 'pii'],
            value: true,
            message: 'needs encryption, and there is no key',
            allowed: '`snapshots.encryption_key` beside it',
          },
        ]
      : [],
  );
}

/** One level, told three times: if the copies differ, one of them passes what another refuses. */
function levels(tree: RawMap): RawMistake[] {
  const level = textAt(mapAt(tree, 'deployment'), 'compliance_level');
  if (level === undefined) return [];
  const wrong = (at: RawMistake['at'], value: unknown): RawMistake[] =>
    value === level
      ? []
      : [
          {
            at,
            value,
            message: value === undefined ? 'is missing' : 'differs from `deployment.compliance_level`',
            allowed: `\`${level.slice(0, 40)}\``,
          },
        ];
  const required = mapAt(mapAt(tree, 'manifest_rules'), 'require_env');
  const found = Object.hasOwn(required, 'COMPLIANCE_LEVEL')
    ? wrong(['manifest_rules', 'require_env', 'COMPLIANCE_LEVEL'], required.COMPLIANCE_LEVEL)
    : [];
  const guardrails = entriesOf(tree, 'guardrails').flatMap(({ at, value }) =>
    value.check === 'config_equals' && value.field === 'COMPLIANCE_LEVEL' ? wrong([...at, 'value'], value.value) : [],
  );
  return [...found, ...guardrails];
}

function refs(tree: RawMap): RawMistake[] {
  return entriesOf(tree, 'repositories').flatMap(({ at, value }): RawMistake[] => {
    const release = textAt(value, 'release_ref');
    const place = { at: [...at, 'release_ref'], value: release };
    if (release === `refs/heads/${textAt(value, 'default_branch') ?? 'main'}`) {
      return [{ ...place, message: 'is the default branch, which is never written', allowed: 'another branch' }];
    }
    if (release !== undefined && OWN_REFS.includes(release))
      return [{ ...place, message: 'is a ref that High Noon writes for itself', allowed: 'another branch' }];
    return [];
  });
}

function warnings(tree: RawMap): RawMistake[] {
  return entriesOf(tree, 'guardrails').flatMap(({ at, value }): RawMistake[] => {
    const [warn, max] = [numberAt(value, 'warn'), numberAt(value, 'max')];
    return warn !== undefined && max !== undefined && warn >= max
      ? [
          {
            at: [...at, 'warn'],
            value: warn,
            message: 'never warns: it is not below `max`',
            allowed: `below ${max} (max)`,
          },
        ]
      : [];
  });
}

function schemas(tree: RawMap): RawMistake[] {
  return entriesOf(tree, 'datasets').flatMap(({ at, value }): RawMistake[] => {
    const schema = value.schema;
    if (!isMap(schema)) return [];
    const used: [readonly (string | number)[], string][] = [
      ...(['key', 'ts'] as const).flatMap((key): [string[], string][] => {
        const name = textAt(value, key);
        return name === undefined ? [] : [[[key], name]];
      }),
      ...textsAt(value, 'required').map((name, index): [(string | number)[], string] => [['required', index], name]),
    ];
    return used
      .filter(([, name]) => !Object.hasOwn(schema, name))
      .map(([place, name]) => ({
        at: [...at, ...place],
        value: name,
        message: 'is no field of `schema`',
        allowed: 'a field that `schema` lists',
      }));
  });
}

function people(tree: RawMap): RawMistake[] {
  const section = mapAt(tree, 'people');
  const mistakes: RawMistake[] = [];
  for (const role of ['operators', 'security']) {
    for (const [index, principal] of textsAt(section, role).entries()) {
      if (!principal.toLowerCase().endsWith('gserviceaccount.com')) continue;
      mistakes.push({
        at: ['people', role, index],
        value: principal,
        message: 'is a service account; acts are those of people',
        allowed: 'service accounts only under `viewers`',
      });
    }
  }
  const acting = new Set(
    [...textsAt(section, 'operators'), ...textsAt(section, 'security')].map((each) => each.toLowerCase()),
  );
  if (acting.size === 1 && section.single_operator !== true) {
    mistakes.push({
      at: ['people'],
      value: section,
      message: 'has one person who may act, and lifting a lockdown takes two',
      allowed: 'a second person, or `single_operator: true`',
    });
  }
  if (acting.size > 1 && section.single_operator === true) {
    mistakes.push({
      at: ['people', 'single_operator'],
      value: true,
      message: `says one operator, and ${acting.size} people are named`,
      allowed: '`false`',
    });
  }
  return mistakes;
}

function audiences(tree: RawMap): RawMistake[] {
  const listed = new Set(textsAt(mapAt(tree, 'network'), 'allowed_audiences'));
  return entriesOf(tree, 'services').flatMap(({ at, value }): RawMistake[] => {
    const audience = textAt(value, 'audience');
    if (audience === undefined) return [];
    const place = { at: [...at, 'audience'], value: audience };
    if (value.auth !== 'oidc')
      return [{ ...place, message: 'stands without `auth: oidc`', allowed: 'nothing, or `auth: oidc` beside it' }];
    const url = textAt(value, 'url') ?? '';
    const own = URL.canParse(url) ? new URL(url).origin : undefined;
    if (audience === own || listed.has(audience)) return [];
    return [
      {
        ...place,
        message: 'is neither the base address of `url` nor listed',
        allowed: 'an audience that `network.allowed_audiences` lists',
      },
    ];
  });
}

function mail(tree: RawMap): RawMistake[] {
  const section = mapAt(tree, 'escalations');
  const [from, to] = [textAt(section, 'mail_from'), textsAt(section, 'mail_to')];
  if (to.length > 0 && from === undefined)
    return [{ at: ['escalations', 'mail_to'], value: to, message: 'has no sender', allowed: '`mail_from` beside it' }];
  if (to.length === 0 && from !== undefined)
    return [
      { at: ['escalations', 'mail_from'], value: from, message: 'has no receiver', allowed: '`mail_to` beside it' },
    ];
  return [];
}
