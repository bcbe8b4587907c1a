import { type Configuration, explainMistakes, parseConfiguration } from '../../shared/domain/configuration/index.ts';

/** The least that a configuration may say. Sections are replaced whole by what a test gives as YAML. */
const BASE = `
schema_version: "1"
deployment: {project_id: livhana-fixture, region: us-central1, environment: production, compliance_level: "21+", store_timezone: America/Chicago, clock_skew_s: 5}
repositories:
  - {name: LivHana-SoT, url: "https://git.example/LivHana-SoT"}
  - {name: LivHana-Kinetic, url: "https://git.example/LivHana-Kinetic"}
  - {name: LivHana-Potential, url: "https://git.example/LivHana-Potential"}
`;

/** A parsed configuration: the base, without the sections that `yaml` brings itself, and `yaml`. Throws on any mistake. */
export function sampleConfiguration(yaml = ''): Configuration {
  const brought = new Set([...yaml.matchAll(/^([a-z_]+):/gm)].map(([, section]) => section));
  const base = BASE.split(/\n(?=[a-z_]+:)/).filter((section) => !brought.has(/^\s*([a-z_]+):/.exec(section)?.[1]));
  const text = `${base.join('\n').trim()}\n${yaml}`;
  const parsed = parseConfiguration(text, { fileName: 'sample.yaml', allowLoopbackHttp: true, allowSample: true });
  if (!parsed.ok) throw new Error(explainMistakes(parsed.mistakes, parsed.fileName));
  return parsed.configuration;
}
