/** Evidence and guardrails of the sample world, as they stand in its configuration. */
export const SAMPLE_EVIDENCE_AND_GUARDRAILS = `evidence:   # missing or older than max_age_h: inconclusive, never passed
  service_config: {source_uri: "run:env", max_age_h: 24}
  site_pages: {source_uri: "sample://shop", max_age_h: 24, routes: ["/", "/products", "/checkout"]}
  tracked_files: {source_uri: "repositories", max_age_h: 24}
  orders:
    source_uri: firestore:orders
    max_age_h: 24
    pii: true
    key: order_id
    fields: {order_id: string, completed_at: timestamp, ship_to_state: string, ageVerified: bool, licenseValid: bool, stateCompliant: bool, limitCheck: bool, auditLogged: bool, taxCalculated: bool}
  verifications:
    source_uri: firestore:verifications
    max_age_h: 24
    pii: true
    key: order_id
    fields: {order_id: string, decision: string, decided_at: timestamp, dob: date, status: string, created_at: timestamp}
  audit_log: {source_uri: "firestore:audit_log", max_age_h: 24, key: order_id}
  catalog: {source_uri: "gs://livhana-evidence/catalog.ndjson", max_age_h: 26, key: sku}
  coa_records:
    source_uri: gs://livhana-evidence/coa_records.ndjson
    max_age_h: 26
    key: sku
    fields: {sku: string, batch: string, lot_number: string, lab_accreditation: string, delta9_pct: double, uncertainty_pct: double, result_date: date, residual_solvents: string, heavy_metals: string, pesticides: string, microbials: string}
  consents: {source_uri: "gs://livhana-evidence/consents.ndjson", max_age_h: 26, pii: true, key: id, fields: {id: string, age_attested: bool, consented_at: timestamp}}
  licences: {source_uri: "gs://livhana-evidence/licences.ndjson", max_age_h: 168, key: licence}
  pci: {source_uri: "gs://livhana-evidence/pci.ndjson", max_age_h: 168}
  secrets_inventory: {source_uri: "gs://livhana-evidence/secrets_inventory.ndjson", max_age_h: 168, key: secret}
guardrails:   # severity critical: violated, exit 4, lockdown; high: failed; medium: degraded
  - {id: GR-01, title: compliance level is exactly 21+, check: config_equals, evidence: service_config, field: COMPLIANCE_LEVEL, value: "21+", severity: critical}
  - {id: GR-02, title: minimum age configured, check: config_min, evidence: service_config, field: MIN_AGE, value: 21, severity: critical}
  - {id: GR-03, title: age gate on every sales route, check: http_body_any, evidence: site_pages, any: ["data-age-gate=\\"active\\""], severity: critical}
  - {id: GR-04, title: age gate not client-forgeable, check: http_denies_forged, evidence: site_pages, cookie: "ageVerified=true", expect_status: [302, 401, 403], severity: critical}
  - {id: GR-05, title: approved government-ID decision before sale completes, check: records_all, evidence: orders, join: verifications, match: [order_id], expr: "v.decision == 'approved' && v.decided_at <= o.completed_at", basis: "25 TAC 300.701-702", severity: critical}
  - {id: GR-06, title: "buyer 21+ on sale date (calendar age, store zone)", check: records_all, evidence: verifications, join: orders, match: [order_id], expr: "calendar_age(v.dob, o.completed_at, tz) >= 21", severity: critical}
  - {id: GR-07, title: "ID provider live, not mock", check: config_equals, evidence: service_config, field: ID_PROVIDER_MODE, value: live, severity: critical}
  - {id: GR-09, title: contacts have attested their age and consented, check: records_all, evidence: consents, expr: "c.age_attested && c.consented_at != null", severity: high}
  - {id: GR-10, title: delta-9 THC within 0.3 pct dry weight less uncertainty, check: records_all, evidence: coa_records, expr: "coa.delta9_pct - coa.uncertainty_pct <= 0.3", basis: "25 TAC 300.302", severity: critical}
  - {id: GR-11, title: certificate of analysis for every active SKU and batch, check: join_complete, evidence: catalog, join: coa_records, match: [sku, batch], severity: critical}
  - {id: GR-13, title: contaminant panels present and passed, check: records_all, evidence: coa_records, fields: [residual_solvents, heavy_metals, pesticides, microbials], value: pass, severity: high}
  - {id: GR-14, title: certificate at most 365 days old, check: max_age_days, evidence: coa_records, field: result_date, max: 365, warn: 90, severity: high}
  - {id: GR-15, title: label lot equals lot of the certificate, check: join_equal, evidence: catalog, join: coa_records, match: [sku, batch], fields: [lot_number], severity: high}
  - {id: GR-16, title: certificate public without login, check: http_status, evidence: catalog, field: coa_url, status: 200, severity: high}
  - {id: GR-18, title: label fields complete, check: fields_present, evidence: catalog, fields: [lot_number, lot_date, product_name, manufacturer, manufacturer_phone, manufacturer_email, coa_url], basis: "25 TAC 300.402", severity: high}
  - {id: GR-19, title: no medical or therapeutic claims, check: content_deny, evidence: site_pages, deny: ["\\\\bcures?\\\\b", "\\\\btreats?\\\\b", "\\\\bheals?\\\\b", "pain relief", "anxiety"], allow: ["not intended to diagnose, treat, cure,? or prevent( any disease)?", "\\\\d+[- ]day cure"], severity: critical}
  - {id: GR-21, title: locked compliance footer present, check: content_require, evidence: site_pages, text: "21+ • No medical claims • Natural cannabinoids; NIST-validated methods.", severity: medium}
  - {id: GR-22, title: state licence active for more than 30 days, check: expiry_min_days, evidence: licences, field: expires_at, min: 30, severity: critical}
  - {id: GR-23, title: shipments only to allowed states, check: records_none, evidence: orders, expr: "!(o.ship_to_state in ['TX'])", severity: high}
  - {id: GR-24, title: six transaction flags true, check: fields_true, evidence: orders, fields: [ageVerified, licenseValid, stateCompliant, limitCheck, auditLogged, taxCalculated], severity: critical}
  - {id: GR-26, title: PCI scan within 90 days, check: max_age_days, evidence: pci, field: last_passed_at, max: 90, severity: high}
  - {id: GR-29, title: no secret files tracked and rotation within 90 days, check: secrets_clean, evidence: tracked_files, deny_paths: ["**/.env", "**/*key.json", "**/*credentials.env"], inventory: secrets_inventory, max_rotation_days: 90, severity: critical}
  - {id: GR-30, title: audit row for every order, check: join_complete, evidence: orders, join: audit_log, match: [order_id], severity: high}`;
