import type { Configuration } from '../../domain/configuration/index.ts';
import { PortError } from '../../domain/errors.ts';
import type { EvidencePort } from '../../ports/evidence.ts';
import type { EvidenceArchive } from './back-test.ts';
import { isSite } from './judge-evidence.ts';
import { pacer } from './pace.ts';

/**
 * The evidence that is there now, for the days on which it was the same. High Noon keeps digests of what it judged and
 * no copies: those would be personal data in a second place.
 */
export function presentEvidence(port: EvidencePort, { evidence }: Pick<Configuration, 'evidence'>): EvidenceArchive {
  const digests = new Map<string, Promise<string | undefined>>();
  const open = (name: string, signal: AbortSignal) => {
    const source = Object.hasOwn(evidence, name) ? evidence[name] : undefined;
    if (source === undefined || isSite(source.source_uri)) return undefined;
    return port.open({ name, uri: source.source_uri, format: source.format }, { signal });
  };
  const digestNow = async (name: string, signal: AbortSignal): Promise<string | undefined> => {
    try {
      const set = await open(name, signal);
      if (set === undefined) return undefined;
      const pace = pacer(signal);
      let position = 0;
      for await (const _ of set.records) await pace(++position);
      return set.digest();
    } catch (error) {
      if (error instanceof PortError) return undefined;
      throw error;
    }
  };
  return {
    async open(name, digest, signal) {
      const now = digests.get(name) ?? digestNow(name, signal);
      digests.set(name, now);
      if ((await now) !== digest) return undefined;
      const set = await open(name, signal);
      // It was fresh on its day; how old it is by now is no matter of the rules under test.
      return set === undefined ? undefined : { ...set, updatedAt: null };
    },
  };
}
