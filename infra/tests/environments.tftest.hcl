# What differs between environments, and what an apply knows.
# Nothing real is ever made: the runs that apply do so against mocked values.
mock_provider "google" {
  mock_resource "google_service_account" {
    defaults = {
      email  = "mock@noon-fixture.iam.gserviceaccount.com"
      member = "serviceAccount:mock@noon-fixture.iam.gserviceaccount.com"
      name   = "projects/noon-fixture/serviceAccounts/mock@noon-fixture.iam.gserviceaccount.com"
    }
  }
  mock_data "google_project" {
    defaults = {
      number = "123456789012"
    }
  }
}

variables {
  project_id            = "noon-fixture"
  environment           = "production"
  owns_project          = true
  lock_ledger_retention = true
  sovereign_trinity     = ["LivHana-SoT", "LivHana-Kinetic", "LivHana-Potential"]
  archive_path          = "../test/infra/fixtures/functions.zip"
  config_path           = "../test/infra/fixtures/minimal.yaml"
  code_revision         = "0123456789abcdef0123456789abcdef01234567"
  runbook_url           = "https://docs.example/runbook.md"
  operator_members      = ["group:noon@example.com"]
  contacts = {
    oncall      = ["oncall@example.com"]
    critical    = ["critical@example.com"]
    security    = ["security@example.com"]
    engineering = ["engineering@example.com"]
    continuity  = ["continuity@example.com"]
  }
}

run "production_has_plain_names" {
  command = plan

  assert {
    condition     = output.topics["t-90-prep"] == "highnoon-t-90-prep" && output.topics["relay"] == "highnoon-escalations"
    error_message = "Production's topics must have the plain names."
  }
  assert {
    condition     = output.database == "highnoon"
    error_message = "Production's database must have the plain name."
  }
}

run "another_environment_puts_its_name_into_every_id" {
  command = plan
  variables {
    environment           = "dev"
    owns_project          = false
    lock_ledger_retention = false
  }

  assert {
    condition     = alltrue([for topic in values(output.topics) : startswith(topic, "highnoon-dev-")])
    error_message = "Every topic of dev must begin with highnoon-dev-."
  }
  assert {
    condition     = length(google_project_service.api) == 0 && length(google_monitoring_metric_descriptor.this) == 0 && length(google_project_iam_custom_role.access_reviewer) == 0
    error_message = "What a project has once must be made by its owner alone."
  }
}

run "without_a_domain_the_proxy_stands_before_the_service" {
  command = apply

  assert {
    condition     = endswith(output.iap_audience, "/locations/us-central1/services/highnoon-operator")
    error_message = "The audience must name the service."
  }
  assert {
    condition     = length(google_compute_global_forwarding_rule.operator) == 0 && length(google_iap_web_cloud_run_service_iam_member.operator) == 1
    error_message = "No load balancer without a domain."
  }
}

run "with_a_domain_the_proxy_stands_before_the_balancer" {
  command = apply
  variables {
    operator_domain = "noon.example.com"
  }

  assert {
    condition     = startswith(output.iap_audience, "/projects/") && strcontains(output.iap_audience, "/global/backendServices/")
    error_message = "The audience must name the backend."
  }
  assert {
    condition     = google_compute_backend_service.operator[0].iap[0].enabled
    error_message = "The backend must stand behind the proxy."
  }
}

run "pushes_name_the_topic_and_sign_for_the_service" {
  command = apply

  assert {
    condition = alltrue([
      for name, subscription in google_pubsub_subscription.function :
      subscription.push_config[0].push_endpoint == "${subscription.push_config[0].oidc_token[0].audience}/projects/noon-fixture/topics/${output.topics[name]}"
    ])
    error_message = "A push goes to the service's base address followed by the topic, and its audience is the base address."
  }
}

run "the_configuration_adds_to_the_alerts" {
  command = apply
  variables {
    config_path = "../test/infra/fixtures/alerts.yaml"
  }

  assert {
    condition = (
      strcontains(google_monitoring_alert_policy.this["repeated-failures"].conditions[0].condition_prometheus_query_language[0].query, ">= 3 unless") &&
      strcontains(google_monitoring_alert_policy.this["self-test-late"].conditions[0].condition_prometheus_query_language[0].query, "> 608400")
    )
    error_message = "The two limits of the configuration must stand in the conditions."
  }
  assert {
    condition = alltrue([
      for channel in local.channels["oncall"] : contains(google_monitoring_alert_policy.this["snapshot-stale"].notification_channels, channel)
    ])
    error_message = "Who carries the pager must be told of what the configuration routes to it."
  }
  assert {
    condition     = length(setsubtract(local.channels["engineering"], google_monitoring_alert_policy.this["snapshot-stale"].notification_channels)) == 0
    error_message = "The configuration must not take anybody away."
  }
  assert {
    condition     = google_monitoring_notification_channel.email["security/watch@example.com"].labels.email_address == "watch@example.com"
    error_message = "The contacts of the configuration must be written to."
  }
}
