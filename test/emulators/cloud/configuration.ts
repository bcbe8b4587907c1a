import { SAMPLE_CONFIGURATION } from '../../../shared/adapters/local/sample/configuration.yaml.ts';

export const PROJECT = 'livhana-fixture';
export const OWNER = 'livhana';
/** The table whose view noon moves. */
export const LIVE_TABLE = 'commerce.square_transactions';
export const CONFIGURATION_URI = `gs://${PROJECT}-highnoon-config/herbitrage.yaml`;

const swaps: readonly (readonly [string | RegExp, string])[] = [
  [
    /url: "sample:\/\/git\/([A-Za-z-]+)"/g,
    `url: "https://github.com/${OWNER}/$1", token: "secret://highnoon-git-read-token", write_token: "secret://highnoon-git-write-token"`,
  ],
  ['"env:SAMPLE_GATEWAY_TOKEN"', '"secret://gateway-token"'],
  [
    `source_uri: gs://${PROJECT}-highnoon-data/incoming/square_transactions/`,
    `source_uri: bigquery:${LIVE_TABLE}\n    incoming_uri: gs://${PROJECT}-highnoon-data/incoming/square_transactions/`,
  ],
  // Names are asked of the public name system, which no stand-in plays.
  [/protected_dns:\n( {2}- .*\n)+/, ''],
  [
    'people:\n',
    `${['snapshots: {encryption_key: "secret://highnoon-snapshot-key"}', 'escalations: {mail_from: noon@livhana.example, mail_to: [jesse@livhana.example]}', 'people:'].join('\n')}\n`,
  ],
];

/** The sample world's configuration as a deployment has it: nothing in it is `sample://`, and secrets are Secret Manager's. */
export function cloudConfiguration(resolve: (address: string) => string | undefined): string {
  let text: string = SAMPLE_CONFIGURATION;
  for (const [from, to] of swaps) {
    const swapped = text.replace(from as string, to);
    if (swapped === text) throw new Error(`the sample configuration has no ${from}`);
    text = swapped;
  }
  return withAddresses(text.replace(/^#.*\n/gm, ''), resolve);
}

/** Every `sample://` address as where it is served. */
export function withAddresses(text: string, resolve: (address: string) => string | undefined): string {
  return text.replace(/sample:\/\/[a-z0-9-]+(?:\/[A-Za-z0-9./_-]*)?/g, (address) => {
    const found = resolve(address);
    if (found === undefined) throw new Error(`nobody serves ${address}`);
    return found;
  });
}
