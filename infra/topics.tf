resource "google_pubsub_topic" "function" {
  for_each = local.topics

  name = each.value

  message_storage_policy {
    allowed_persistence_regions = [var.region]
  }

  depends_on = [google_project_service.api]
}

resource "google_pubsub_topic" "dead_letters" {
  name = "${local.prefix}-dead-letters"

  message_storage_policy {
    allowed_persistence_regions = [var.region]
  }

  depends_on = [google_project_service.api]
}

# Every incident that Cloud Monitoring opens or closes lands here too: a record of who was to be paged, for auditors.
resource "google_pubsub_topic" "incidents" {
  name = "${local.prefix}-incidents"

  message_storage_policy {
    allowed_persistence_regions = [var.region]
  }

  depends_on = [google_project_service.api]
}

resource "google_pubsub_topic_iam_member" "dead_letters" {
  topic  = google_pubsub_topic.dead_letters.name
  role   = "roles/pubsub.publisher"
  member = local.agents.pubsub
}

# The agent exists only once a Pub/Sub channel was made in the project.
resource "google_pubsub_topic_iam_member" "incidents" {
  topic  = google_pubsub_topic.incidents.name
  role   = "roles/pubsub.publisher"
  member = local.agents.monitoring

  depends_on = [google_monitoring_notification_channel.incidents]
}
