import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The archive's own package.json and lockfile: the packages it names, at the versions that were tested, and what they need. */
export function deployedPackage(root, packages) {
  const own = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const whole = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  const dependencies = Object.fromEntries(
    packages.map((name) => {
      const found = whole[`node_modules/${name}`];
      if (found === undefined) throw new Error(`${name} is imported and stands in no lockfile`);
      return [name, found.version];
    }),
  );
  const manifest = {
    name: `${own.name}-functions`,
    version: own.version,
    private: true,
    type: 'module',
    main: 'index.mjs',
    scripts: { 'gcp-build': 'node compile.mjs' },
    engines: own.engines,
    dependencies,
  };
  const kept = closure(whole, packages);
  const { name, version, engines } = manifest;
  const lock = {
    name,
    version,
    lockfileVersion: 3,
    requires: true,
    packages: { '': { name, version, dependencies, engines }, ...kept },
  };
  return { manifest, lock };
}

/** Everything that the named packages need, found as Node finds it: in the nearest node_modules upwards. */
function closure(whole, packages) {
  const kept = new Set();
  const add = (from, name, isOptional) => {
    const place = locate(whole, from, name);
    if (place === undefined) {
      if (isOptional) return;
      throw new Error(`${name}, which ${from || 'the archive'} needs, stands in no lockfile`);
    }
    if (kept.has(place)) return;
    kept.add(place);
    const { dependencies = {}, optionalDependencies = {}, peerDependencies = {}, peerDependenciesMeta = {} } = whole[place];
    for (const need of Object.keys(dependencies)) add(place, need, false);
    for (const need of Object.keys(optionalDependencies)) add(place, need, true);
    for (const need of Object.keys(peerDependencies)) add(place, need, peerDependenciesMeta[need]?.optional === true);
  };
  for (const name of packages) add('', name, false);
  // What development asked for too is marked so in the whole lockfile, and is plainly needed here.
  return Object.fromEntries(
    [...kept].sort().map((place) => {
      const { dev: _dev, devOptional: _devOptional, ...entry } = whole[place];
      return [place, entry];
    }),
  );
}

function locate(whole, from, name) {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))) {
    const place = folder === '' ? `node_modules/${name}` : `${folder}/node_modules/${name}`;
    if (whole[place] !== undefined) return place;
    if (folder === '') return undefined;
    if (!folder.includes('/node_modules/')) folder = '';
    if (folder === '' && whole[`node_modules/${name}`] !== undefined) return `node_modules/${name}`;
  }
}
