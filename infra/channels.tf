locals {
  routes = local.alerts.routes

  # What the configuration says of alerts is added to what stands here: it can tell more people, and never fewer.
  configuration = yamldecode(file(var.config_path))
  contacts = {
    for route in keys(local.routes) : route => distinct(concat(
      lookup(var.contacts, route, []),
      try(local.configuration.deployment.alert_contacts[route], []),
    ))
  }
  configured_routes = try(local.configuration.alerts.routes, {})
  emails = merge([
    for route, addresses in local.contacts : { for address in addresses : "${route}/${address}" => { route = route, address = address } }
  ]...)

  # E-mail and the record by Terraform; PagerDuty and Slack by their ids, since their keys would land in state.
  channels = {
    for route in keys(local.routes) : route => concat(
      lookup(var.route_channels, route, []),
      [for key, email in local.emails : google_monitoring_notification_channel.email[key].id if email.route == route],
      [google_monitoring_notification_channel.incidents.id],
    )
  }

  # Who is told of a policy: its own route, and each route that the configuration gives its event. PagerDuty is what the
  # operator on call has; chat and mail are not channels of alerts, the relay tells them of everything.
  told = {
    for policy in local.alerts.policies : policy.id => distinct(concat(
      local.channels[policy.route],
      flatten([
        for route, events in local.configured_routes :
        lookup(local.channels, route == "pagerduty" ? "oncall" : route, []) if contains(events, try(policy.event, ""))
      ]),
    ))
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
