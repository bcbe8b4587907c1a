import { isObject, type OsvAffected, type PackageVersion } from './record.ts';

/** Registries that take `Newtonsoft.Json` and `newtonsoft.json` for one name. */
const CASELESS: ReadonlySet<string> = new Set(['NuGet', 'Packagist', 'GitHub Actions', 'VSCode']);

/** Whether an `affected` entry speaks of this package. */
export function isSamePackage(affected: OsvAffected, installed: PackageVersion): boolean {
  const named = affected.package;
  if (!isObject(named) || typeof named.ecosystem !== 'string' || typeof named.name !== 'string') return false;
  return (
    isSameEcosystem(named.ecosystem, installed.ecosystem) &&
    normalisedName(named.ecosystem, named.name) === normalisedName(installed.ecosystem, installed.name)
  );
}

/**
 * `Debian:12` is not `Debian:11`; a side that names no release (or fewer segments of it) speaks of every one, because
 * leaving a release out says nothing against it.
 */
function isSameEcosystem(a: string, b: string): boolean {
  if (a === b) return true;
  const [short, long] = a.length < b.length ? [a, b] : [b, a];
  return long.startsWith(`${short}:`);
}

/** The name as its registry compares it. PyPI: https://packaging.python.org/specifications/name-normalization/ */
export function normalisedName(ecosystem: string, name: string): string {
  const base = baseOf(ecosystem);
  if (base === 'PyPI') return name.toLowerCase().replace(/[-_.]+/g, '-');
  return CASELESS.has(base) ? name.toLowerCase() : name;
}

function baseOf(ecosystem: string): string {
  const colon = ecosystem.indexOf(':');
  return colon < 0 ? ecosystem : ecosystem.slice(0, colon);
}
