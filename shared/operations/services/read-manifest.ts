import { parseAllDocuments } from 'yaml';

type Fields = Readonly<Record<string, unknown>>;

export interface ManifestProbe {
  /** Null for a probe that asks no path (TCP, gRPC). */
  readonly path: string | null;
}

export interface ManifestContainer {
  readonly name: string;
  readonly image: string;
  readonly liveness: ManifestProbe | null;
  readonly startup: ManifestProbe | null;
  /** vCPUs; the platform gives one where none is named. */
  readonly cpu: number | null;
  /** Plain values; null for one that comes from elsewhere, a secret for example. */
  readonly environment: ReadonlyMap<string, string | null>;
  readonly hasPorts: boolean;
}

export interface ServiceManifest {
  readonly containers: readonly [ManifestContainer, ...ManifestContainer[]];
  readonly serviceAccount: string | null;
  readonly concurrency: number | null;
}

export type ManifestReading =
  | { readonly ok: true; readonly manifest: ServiceManifest }
  | { readonly ok: false; readonly mistake: string };

const wrong = (mistake: string): ManifestReading => ({ ok: false, mistake });

/** Reads the one Knative service of a YAML file, as Cloud Run takes it. Never throws for anything that stands in it. */
export function readManifest(text: string): ManifestReading {
  const values = valuesIn(text);
  if (typeof values === 'string') return wrong(values);
  const services = values.filter(
    (value): value is Fields =>
      isFields(value) && value.kind === 'Service' && String(value.apiVersion).startsWith('serving.knative.dev/'),
  );
  const [service, second] = services;
  if (service === undefined) return wrong('it has no `kind: Service` of `serving.knative.dev`');
  if (second !== undefined) return wrong('it has more than one service');
  return readService(service);
}

function valuesIn(text: string): unknown[] | string {
  try {
    const values: unknown[] = [];
    const documents = parseAllDocuments(text, { uniqueKeys: true, strict: true, version: '1.2' });
    for (const document of Array.isArray(documents) ? documents : []) {
      const [error] = document.errors;
      if (error !== undefined) return `it is not YAML: ${error.code} in line ${error.linePos?.[0].line ?? '?'}`;
      // No aliases: a few lines of them can stand for more than a memory holds.
      values.push(document.toJS({ maxAliasCount: 0 }));
    }
    return values;
  } catch {
    return 'it uses aliases, or is nested deeper than it can be read';
  }
}

function readService(service: Fields): ManifestReading {
  const spec = fieldsAt(service, 'spec', 'template', 'spec');
  const containers = spec?.containers;
  if (spec === undefined || !Array.isArray(containers)) return wrong('it has no `spec.template.spec.containers`');
  const read = containers.map((container, index) => readContainer(container, index));
  const [first, ...rest] = read;
  if (first === undefined) return wrong('it has no container');
  const broken = read.find((container) => typeof container === 'string');
  if (typeof broken === 'string') return wrong(broken);
  const { serviceAccountName, containerConcurrency } = spec;
  return {
    ok: true,
    manifest: {
      containers: [first as ManifestContainer, ...(rest as ManifestContainer[])],
      serviceAccount: typeof serviceAccountName === 'string' && serviceAccountName !== '' ? serviceAccountName : null,
      concurrency: typeof containerConcurrency === 'number' ? containerConcurrency : null,
    },
  };
}

function readContainer(value: unknown, index: number): ManifestContainer | string {
  const place = `spec.template.spec.containers[${index}]`;
  if (!isFields(value)) return `${place} is not a map`;
  if (typeof value.image !== 'string' || value.image.trim() === '') return `${place} has no image`;
  const limit = fieldsAt(value, 'resources', 'limits')?.cpu;
  const cpu = limit === undefined ? null : cpuOf(limit);
  if (Number.isNaN(cpu)) return `${place} has a cpu limit that is no number`;
  return {
    name: typeof value.name === 'string' && value.name !== '' ? value.name : `container ${index + 1}`,
    image: value.image.trim(),
    liveness: probeOf(value.livenessProbe),
    startup: probeOf(value.startupProbe),
    cpu,
    environment: environmentOf(value.env),
    hasPorts: Array.isArray(value.ports) && value.ports.length > 0,
  };
}

function probeOf(value: unknown): ManifestProbe | null {
  if (!isFields(value)) return null;
  const path = fieldsAt(value, 'httpGet')?.path;
  if (typeof path === 'string') return { path };
  // `httpGet` without a path asks for the root.
  if (isFields(value.httpGet)) return { path: '/' };
  return 'tcpSocket' in value || 'grpc' in value ? { path: null } : null;
}

/** `500m`, `0.5`, `2`: in vCPUs. */
function cpuOf(value: unknown): number {
  const text = String(value);
  return /^\d+m$/.test(text)
    ? Number(text.slice(0, -1)) / 1000
    : /^\d+(?:\.\d+)?$/.test(text)
      ? Number(text)
      : Number.NaN;
}

function environmentOf(value: unknown): Map<string, string | null> {
  const environment = new Map<string, string | null>();
  for (const entry of Array.isArray(value) ? value : []) {
    if (!isFields(entry) || typeof entry.name !== 'string') continue;
    const plain = entry.value;
    const isPlain = typeof plain === 'string' || typeof plain === 'number' || typeof plain === 'boolean';
    environment.set(entry.name, isPlain ? String(plain) : null);
  }
  return environment;
}

const isFields = (value: unknown): value is Fields =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

function fieldsAt(fields: Fields, ...path: readonly string[]): Fields | undefined {
  let value: unknown = fields;
  for (const name of path) {
    if (!isFields(value) || !Object.hasOwn(value, name)) return undefined;
    value = value[name];
  }
  return isFields(value) ? value : undefined;
}
