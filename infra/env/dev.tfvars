environment           = "dev"
owns_project          = false
lock_ledger_retention = false
ledger_retention_days = 30
sovereign_trinity     = ["LivHana-SoT", "LivHana-Kinetic", "LivHana-Potential"]
