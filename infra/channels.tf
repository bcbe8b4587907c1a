locals {
  routes = local.alerts.routes

  emails = merge([
    for route, addresses in var.contacts : { for address in addresses : "${route}/${address}" => { route = route, address = address } }
  ]...)

  # E-mail and the record by Terraform; PagerDuty and Slack by their ids, since their keys would land in state.
  channels = {
    for route in keys(local.routes) : route => concat(
      lookup(var.route_channels, route, []),
      [for key, email in local.emails : google_monitoring_notification_channel.email[key].id if email.route == route],
      [google_monitoring_notification_channel.incidents.id],
    )
  }
}

resource "google_monitoring_notification_channel" "email" {
  for_each = local.emails

  type         = "email"
  display_name = "High Noon ${each.value.route} (${var.environment}): ${each.value.address}"
  description  = local.routes[each.value.route]

  labels = {
    email_address = each.value.address
  }

  depends_on = [google_project_service.api]
}

resource "google_monitoring_notification_channel" "incidents" {
  type         = "pubsub"
  display_name = "High Noon incidents (${var.environment})"
  description  = "A record of every incident, for auditors."

  labels = {
    topic = google_pubsub_topic.incidents.id
  }
}
