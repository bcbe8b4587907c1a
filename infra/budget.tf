resource "google_billing_budget" "this" {
  count = var.billing_account == null ? 0 : 1

  billing_account = var.billing_account
  display_name    = "High Noon (${var.environment})"

  budget_filter {
    projects = ["projects/${local.project_number}"]
    labels   = { system = "high-noon", environment = var.environment }
  }

  amount {
    specified_amount {
      units = tostring(var.budget_units)
    }
  }

  dynamic "threshold_rules" {
    for_each = toset([0.5, 0.8, 1])
    content {
      threshold_percent = threshold_rules.value
    }
  }

  all_updates_rule {
    # A budget takes five channels at most.
    monitoring_notification_channels = slice(local.channels.engineering, 0, min(5, length(local.channels.engineering)))
    disable_default_iam_recipients   = true
  }
}
