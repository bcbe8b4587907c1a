import type { Configuration } from '../../domain/configuration/index.ts';
import { imageReference } from './image-reference.ts';
import type { ManifestContainer, ServiceManifest } from './read-manifest.ts';

type Rules = Configuration['manifest_rules'];

/** One broken rule of a manifest, with the containers that break it. */
export interface BrokenRule {
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
}

export function judgeManifest(manifest: ServiceManifest, rules: Rules): BrokenRule[] {
  return [
    ...judgeImages(manifest, rules),
    ...judgeProbes(manifest, rules),
    ...judgeAccount(manifest, rules),
    ...judgeConcurrency(manifest, rules),
    ...judgeEnvironment(manifest, rules),
  ];
}

function judgeImages({ containers }: ServiceManifest, rules: Rules): BrokenRule[] {
  const broken: BrokenRule[] = [];
  const loose = containers.filter(({ image }) => imageReference(image).digest === null);
  if (rules.require_image_digest && loose.length > 0)
    broken.push({
      code: 'image-not-by-digest',
      message: `${named(loose)}: the image is not named by its digest, so that it can be another one after the check`,
      remedy: 'write `image: NAME@sha256:DIGEST`',
    });
  const tagged = containers.filter(({ image }) => {
    const { tag, hasDigest } = imageReference(image);
    // An image that names neither is `latest`.
    return rules.forbid_tags.includes(tag ?? (hasDigest ? '' : 'latest'));
  });
  if (tagged.length > 0)
    broken.push({
      code: 'forbidden-tag',
      message: `${named(tagged)}: the image carries a tag that is refused (${rules.forbid_tags.join(', ')})`,
      remedy: 'leave the tag out, or name the release',
    });
  return broken;
}

function judgeProbes({ containers }: ServiceManifest, rules: Rules): BrokenRule[] {
  const broken: BrokenRule[] = [];
  for (const kind of rules.require_probes) {
    const without = containers.filter((container) => container[kind] === null);
    if (without.length > 0)
      broken.push({
        code: `${kind}-probe-missing`,
        message: `${named(without)}: there is no ${kind} probe`,
        remedy: `declare \`${kind}Probe\``,
      });
  }
  const suffix = rules.forbid_probe_path_suffix;
  if (suffix === undefined) return broken;
  const reserved = containers.filter(({ liveness, startup }) =>
    [liveness, startup].some((probe) => probe?.path?.endsWith(suffix) === true),
  );
  if (reserved.length > 0)
    broken.push({
      code: 'probe-path-reserved',
      message: `${named(reserved)}: a probe asks for a path that ends in \`${suffix}\``,
      remedy: 'use another path, such as `/health`',
    });
  return broken;
}

/** The account that every service of a project gets by default, and that therefore may do too much. */
const DEFAULT_ACCOUNT = /^(?:default|\d+-compute@developer\.gserviceaccount\.com|[^@]+@appspot\.gserviceaccount\.com)$/;

function judgeAccount({ serviceAccount }: ServiceManifest, rules: Rules): BrokenRule[] {
  if (!rules.require_service_account) return [];
  if (serviceAccount !== null && !DEFAULT_ACCOUNT.test(serviceAccount)) return [];
  return [
    {
      code: 'service-account-missing',
      message:
        serviceAccount === null ? 'it names no service account' : `it runs as the default account ${serviceAccount}`,
      remedy: 'make an account for this service and name it in `serviceAccountName`',
    },
  ];
}

function judgeConcurrency({ containers, concurrency }: ServiceManifest, rules: Rules): BrokenRule[] {
  if (!rules.cpu_below_1_requires_concurrency_1 || concurrency === 1) return [];
  const small = containers.filter(({ cpu }) => cpu !== null && cpu < 1);
  if (small.length === 0) return [];
  const found = concurrency === null ? 'the platform’s default' : String(concurrency);
  return [
    {
      code: 'concurrency-above-1',
      message: `${named(small)}: below one CPU, and the concurrency is ${found}; Cloud Run refuses that`,
      remedy: 'set `containerConcurrency: 1`, or a whole CPU',
    },
  ];
}

function judgeEnvironment({ containers }: ServiceManifest, rules: Rules): BrokenRule[] {
  // Requests go to the container that has the port; the others are its helpers.
  const [main] = [...containers.filter(({ hasPorts }) => hasPorts), ...containers];
  const wrong = Object.entries(rules.require_env).filter(
    ([name, value]) => main?.environment.get(name) !== String(value),
  );
  if (wrong.length === 0) return [];
  const told = wrong.map(([name, value]) => `${name} is not ${JSON.stringify(String(value))}`).join(', ');
  return [
    {
      code: 'environment-differs',
      message: `${named(main === undefined ? [] : [main])}: ${told}`,
      remedy: 'set it as a plain value in `env`',
    },
  ];
}

const named = (containers: readonly ManifestContainer[]): string => containers.map(({ name }) => name).join(', ');
