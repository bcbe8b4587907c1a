import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The licences of the packages whose code stands in the bundles, as they ask: one text, with name and version of each. */
export function licencesOf(root, metafiles) {
  const folders = new Set(
    metafiles
      .flatMap(({ outputs }) => Object.values(outputs))
      .flatMap(({ inputs }) => Object.keys(inputs))
      .flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []),
  );
  return [...folders]
    .sort()
    .map((folder) => licenceOf(root, join(root, folder)))
    .join(`\n${'-'.repeat(80)}\n\n`);
}

/** A package that names the Apache License and brings no copy gets this one: its text is the same everywhere. */
const APACHE = 'node_modules/@grpc/grpc-js/LICENSE';

function licenceOf(root, folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const file = readdirSync(folder).find((one) => /^(licen[cs]e|copying)(\.|-|$)/i.test(one));
  const notice = join(folder, 'NOTICE');
  const texts = [file === undefined ? undefined : join(folder, file), existsSync(notice) ? notice : undefined];
  const found = texts.flatMap((path) => (path === undefined ? [] : [readFileSync(path, 'utf8').trim()]));
  if (found.length === 0 && String(license).includes('Apache-2.0')) found.push(readFileSync(join(root, APACHE), 'utf8').trim());
  if (found.length === 0) throw new Error(`${name} ${version} is bundled without a text of its licence`);
  return `${name} ${version} (${license})\n\n${found.join('\n\n')}\n`;
}
