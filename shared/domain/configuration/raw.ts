/** Careful reading of a tree that may be anything: rules that span sections speak even when a section is broken elsewhere. */
import type { Path } from './mistake.ts';

export type RawMap = Readonly<Record<string, unknown>>;

export interface Entry {
  readonly at: Path;
  readonly value: RawMap;
}

export function isMap(value: unknown): value is RawMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function mapAt(parent: unknown, key: string): RawMap {
  const value = isMap(parent) ? parent[key] : undefined;
  return isMap(value) ? value : {};
}

export function textAt(parent: unknown, key: string): string | undefined {
  const value = isMap(parent) ? parent[key] : undefined;
  return typeof value === 'string' ? value : undefined;
}

export function numberAt(parent: unknown, key: string): number | undefined {
  const value = isMap(parent) ? parent[key] : undefined;
  return typeof value === 'number' ? value : undefined;
}

export function textsAt(parent: unknown, key: string): string[] {
  const value = isMap(parent) ? parent[key] : undefined;
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}

/** The maps in the list at a key, each with its path. */
export function entriesOf(parent: unknown, key: string, at: Path = []): Entry[] {
  const value = isMap(parent) ? parent[key] : undefined;
  if (!Array.isArray(value)) return [];
  return value.flatMap((each: unknown, index) => (isMap(each) ? [{ at: [...at, key, index], value: each }] : []));
}

/** Every scalar of the tree with its path. The path is only valid during the call. */
export function eachScalar(tree: unknown, visit: (value: unknown, at: Path) => void): void {
  const at: (string | number)[] = [];
  const walk = (value: unknown): void => {
    if (Array.isArray(value)) {
      for (const [index, item] of value.entries()) {
        at.push(index);
        walk(item);
        at.pop();
      }
    } else if (isMap(value)) {
      for (const key of Object.keys(value)) {
        at.push(key);
        walk(value[key]);
        at.pop();
      }
    } else visit(value, at);
  };
  walk(tree);
}
