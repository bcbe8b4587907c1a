# At least once, and with static data only: the slot is computed from the publish time, never carried by the message.
resource "google_cloud_scheduler_job" "this" {
  for_each = local.scheduled

  name        = "${local.prefix}-${each.key}"
  region      = var.region
  description = each.value.purpose
  schedule    = each.value.cron
  time_zone   = each.value.timeZone

  # No attempt_deadline: the service ignores it for Pub/Sub targets and it would show as a change for ever.
  retry_config {
    retry_count          = 3
    min_backoff_duration = "5s"
    max_backoff_duration = "60s"
    max_doublings        = 3
  }

  pubsub_target {
    topic_name = google_pubsub_topic.function[each.key].id
    data       = base64encode(jsonencode({ phase = each.key, trigger = "schedule" }))
  }

  depends_on = [google_project_service.api]
}
