locals {
  delivery = local.catalog.function
}

# Own push subscriptions, not triggers managed by Cloud Functions: those have an acknowledgement deadline that cannot
# outlast a phase, and their dead letters are nobody's.
resource "google_pubsub_subscription" "function" {
  for_each = local.pushed

  name                       = local.topics[each.key]
  topic                      = google_pubsub_topic.function[each.key].id
  ack_deadline_seconds       = local.delivery.ackDeadlineSeconds
  message_retention_duration = "604800s"

  expiration_policy {
    ttl = ""
  }

  push_config {
    # The path names the topic, so that functions-framework can name the source of the event.
    push_endpoint = "${google_cloudfunctions2_function.this[each.key].service_config[0].uri}/projects/${var.project_id}/topics/${local.topics[each.key]}"

    oidc_token {
      service_account_email = google_service_account.push.email
      audience              = google_cloudfunctions2_function.this[each.key].service_config[0].uri
    }
  }

  retry_policy {
    minimum_backoff = "${local.delivery.minBackoffSeconds}s"
    maximum_backoff = "${local.delivery.maxBackoffSeconds}s"
  }

  dead_letter_policy {
    dead_letter_topic     = google_pubsub_topic.dead_letters.id
    max_delivery_attempts = local.delivery.maxDeliveryAttempts
  }

  depends_on = [google_service_account_iam_member.push_tokens]
}

# Nobody reads it by machine: a person looks at what is there, and the alert on its backlog says when.
resource "google_pubsub_subscription" "dead_letters" {
  name                       = "${local.prefix}-dead-letters"
  topic                      = google_pubsub_topic.dead_letters.id
  ack_deadline_seconds       = 60
  message_retention_duration = "2678400s"

  expiration_policy {
    ttl = ""
  }
}

resource "google_pubsub_subscription" "incidents" {
  name                       = "${local.prefix}-incidents"
  topic                      = google_pubsub_topic.incidents.id
  ack_deadline_seconds       = 60
  message_retention_duration = "2678400s"

  expiration_policy {
    ttl = ""
  }

  dead_letter_policy {
    dead_letter_topic     = google_pubsub_topic.dead_letters.id
    max_delivery_attempts = local.delivery.maxDeliveryAttempts
  }
}

# To forward a dead letter the Pub/Sub agent acknowledges it on the source subscription.
resource "google_pubsub_subscription_iam_member" "forward" {
  for_each = merge(
    { for name, subscription in google_pubsub_subscription.function : name => subscription.name },
    { incidents = google_pubsub_subscription.incidents.name },
  )

  subscription = each.value
  role         = "roles/pubsub.subscriber"
  member       = local.agents.pubsub
}
