locals {
  # Cloud Monitoring names a metric in PromQL by its type with the first slash as a colon and the rest as underscores.
  series_domain = split("/", local.metrics.prefix)[0]
  series_path   = trimprefix(local.metrics.prefix, "${local.series_domain}/")
  series_prefix = "${replace(local.series_domain, "/[^a-zA-Z0-9_]/", "_")}:${replace(local.series_path, "/[^a-zA-Z0-9_]/", "_")}_"
  series_labels = "monitored_resource=\"${local.metrics.resource.type}\",environment=\"${var.environment}\""

  # In the catalog `level:NAME{...}` stands for a level gauge of this environment.
  queries = {
    for policy in local.alerts.policies : policy.id => replace(
      replace(
        replace(policy.query, "/level:([a-z_]+)\\{\\}/", "${local.series_prefix}$1{${local.series_labels}}"),
        "/level:([a-z_]+)\\{/", "${local.series_prefix}$1{${local.series_labels},"
      ),
      "$${DEAD_LETTERS}", google_pubsub_subscription.dead_letters.name
    )
  }

  # The two limits that the configuration may move.
  limits = {
    repeated-failures = try(local.configuration.alerts.consecutive_failures_threshold, null)
    self-test-late    = try(local.configuration.alerts.delivery_selftest.max_age_h * 3600, null)
  }
  conditions = {
    for id, query in local.queries : id => lookup(local.limits, id, null) == null ? query : replace(query, "/(>=?) [0-9]+/", "$1 ${local.limits[id]}")
  }
}

resource "google_monitoring_alert_policy" "this" {
  for_each = { for policy in local.alerts.policies : policy.id => policy }

  display_name          = "High Noon (${var.environment}): ${each.value.title}"
  combiner              = "OR"
  severity              = each.value.severity
  notification_channels = local.told[each.key]

  conditions {
    display_name = each.value.title

    condition_prometheus_query_language {
      query               = local.conditions[each.key]
      duration            = "${each.value.durationSeconds}s"
      evaluation_interval = "${local.alerts.evaluationSeconds}s"

      # On the first day no series exists yet, and the policies must.
      disable_metric_validation = true
    }
  }

  alert_strategy {
    auto_close           = "${each.value.autoCloseSeconds}s"
    notification_prompts = ["OPENED", "CLOSED"]

    dynamic "notification_channel_strategy" {
      for_each = each.value.renotifySeconds == null ? [] : [each.value.renotifySeconds]
      content {
        notification_channel_names = local.told[each.key]
        renotify_interval          = "${notification_channel_strategy.value}s"
      }
    }
  }

  documentation {
    subject   = "High Noon ${var.environment}: ${each.value.title}"
    mime_type = "text/markdown"
    content   = <<-TEXT
      **What.** ${each.value.what}

      **Why it matters.** ${each.value.why}

      **What next.** ${each.value.next}

      [Runbook: ${each.value.title}](${var.runbook_url}#${each.value.runbook})
    TEXT

    links {
      display_name = "Runbook"
      url          = "${var.runbook_url}#${each.value.runbook}"
    }
  }

  user_labels = {
    route  = each.value.route
    policy = each.key
  }

  lifecycle {
    precondition {
      condition     = length(local.contacts[each.value.route]) + length(lookup(var.route_channels, each.value.route, [])) > 0
      error_message = "Route ${each.value.route} has neither a contact nor a channel: ${each.key} would page nobody."
    }
  }

  depends_on = [google_monitoring_metric_descriptor.this]
}
