import { SAMPLE_EVIDENCE_AND_GUARDRAILS } from './guardrails.yaml.ts';

/** The configuration of the sample world, as it is written to `DATA/herbitrage.yaml` for a person to read and change. */
export const SAMPLE_CONFIGURATION = `# The configuration of the sample world. Change it and run again: npm run -s highnoon -- config check FILE says what is
# wrong with it, docs/configuration.md what each key means. Addresses that begin with sample:// are servers that High
# Noon starts itself, on free ports of this machine.
schema_version: "1"
deployment:
  project_id: livhana-fixture
  region: us-central1
  environment: production
  compliance_level: "21+"
  store_timezone: America/Chicago
context_manifest:
  uri: gs://livhana-fixture-highnoon-data/context/context_manifest.yaml
  max_age_h: 26
  create_if_missing: true
repositories:
  - {name: LivHana-SoT, url: "sample://git/LivHana-SoT", default_branch: main, max_behind: 0, max_age_h: 72, ignore_commit_patterns: ["^auto-save:"]}
  - {name: LivHana-Kinetic, url: "sample://git/LivHana-Kinetic", default_branch: main, max_behind: 0, max_age_h: 336}
  - {name: LivHana-Potential, url: "sample://git/LivHana-Potential", default_branch: main, max_behind: 0, max_age_h: 336}
services:
  - name: integration-service
    url: sample://integration-service/health
    critical: true
    expect: {status: 200, json: {status: healthy}}
    p95_ms: 2000
    freshness: {path: checkedAt, max_age_s: 600}
    manifest: infra/cloud-run/integration-service.yaml
    release: {candidate: latest-ready}
  - name: age-verification-gate
    url: sample://age-verification-gate/health
    critical: true
    expect: {status: 200, json: {status: healthy}}
    p95_ms: 2000
    manifest: infra/cloud-run/age-verification-gate.yaml
  - name: reasoning-gateway
    url: sample://reasoning-gateway/health
    critical: true
    auth: {token: "env:SAMPLE_GATEWAY_TOKEN"}
    expect: {status: 200}
    p95_ms: 2000
  - {name: voice-service, url: "sample://voice-service/health", critical: false, expect: {status: 200}, p95_ms: 2000}
  - {name: mcp-broker, url: "sample://mcp-broker/", critical: false, expect: {status: [401, 404]}, note: "no REST health by design"}
manifest_rules:
  require_probes: [liveness, startup]
  require_image_digest: true
  forbid_tags: [latest]
  require_service_account: true
  cpu_below_1_requires_concurrency_1: true
  require_env: {COMPLIANCE_LEVEL: "21+"}
  forbid_probe_path_suffix: z
protected_dns:
  - {domain: protected-a.example, records: {A: [192.0.2.10, 192.0.2.11]}, compare: set, on_change: block}
datasets:
  - name: square_transactions
    source: square
    source_uri: gs://livhana-fixture-highnoon-data/incoming/square_transactions/
    ts: created_at
    max_age_h: 26
    min_rows: 100
    max_drop_pct: 5
    key: id
    required: [id, status, amount, currency, created_at, customer_id, location_id]
  - name: lightspeed_sales
    source: lightspeed
    source_uri: gs://livhana-fixture-highnoon-data/incoming/lightspeed_sales/
    ts: timestamp
    max_age_h: 26
    min_rows: 100
    max_drop_pct: 5
    key: sale_id
    required: [sale_id, timestamp, product_id, quantity, price, payment_method]
    parity_with: {dataset: square_transactions, tolerance_pct: 2}
  - name: daily_news
    source: newsapi
    source_uri: gs://livhana-fixture-highnoon-data/incoming/daily_news/
    ts: published_date
    max_age_h: 26
    min_rows: 1
    max_drop_pct: 50
    key: id
    reject_if_mock: true
    required_for_go: false
${SAMPLE_EVIDENCE_AND_GUARDRAILS}
memory:
  - {collection: behavioral, schema: behavioral.v1, cadence_h: 6, freshness_h: {warn: 18, max: 24, critical: 30}, retain_days: 30, archive: quarterly, archive_keep: forever}
  - {collection: context, schema: context.v1, cadence_h: 6, freshness_h: {warn: 6.5, max: 8, critical: 12}, retain_days: 7, archive: incident, archive_keep_days: 365, env_allowlist: [COMPLIANCE_LEVEL, SOVEREIGN_TRINITY]}
  - {collection: preference, schema: preference.v1, cadence_h: 24, freshness_h: {warn: 120, max: 168, critical: 240}, retain_days: 90, archive: permanent_profile, archive_keep: forever}
docs:
  - {path: docs/CURRENT_STATUS.md, header: "Last Verified (UTC)", max_age_h: 48, severity: medium}
weekly:
  lockfiles: ["package-lock.json"]
  access: {approved_service_accounts: [run-api, build-bot]}
  backups:
    - {name: shop-export, uri: "gs://livhana-fixture-highnoon-backups/shop/", max_age_h: 30, min_bytes: 1024, restore_test_max_days: 90, rpo_h: 26, rto_h: 4}
people:
  viewers: [viewer@livhana.example]
  operators: [jesse@livhana.example, ana@livhana.example]
  security: [sam@livhana.example, kim@livhana.example]
`;
