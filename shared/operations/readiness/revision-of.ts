import type { Bindings } from '../../domain/ticket.ts';

/** One part of every member of a family of bindings: `repositories/NAME/commit` gives NAME and its value, or null. */
export function familyOf(bindings: Bindings, family: string, part: string): Record<string, string | null> {
  const found: Record<string, string | null> = {};
  const [head, tail] = [`${family}/`, `/${part}`];
  for (const [binding, value] of Object.entries(bindings)) {
    if (!binding.startsWith(head) || !binding.endsWith(tail)) continue;
    found[binding.slice(head.length, -tail.length)] = typeof value === 'string' ? value : null;
  }
  return found;
}

/** The first family, with the second where the first has none: a service without a candidate keeps what serves. */
export function familyOr(
  bindings: Bindings,
  family: string,
  part: string,
  otherwise: string,
): Record<string, string | null> {
  const rest = familyOf(bindings, family, otherwise);
  const wanted = familyOf(bindings, family, part);
  return Object.fromEntries(
    Object.keys({ ...rest, ...wanted }).map((name) => [name, wanted[name] ?? rest[name] ?? null]),
  );
}
