environment           = "production"
owns_project          = true
lock_ledger_retention = true
sovereign_trinity     = ["LivHana-SoT", "LivHana-Kinetic", "LivHana-Potential"]

# What is particular to one project (project_id, config_path, code_revision, runbook_url, contacts, route_channels,
# operator_domain, operator_members and the evidence_* lists) is given beside this file: see docs/deploy.md.
