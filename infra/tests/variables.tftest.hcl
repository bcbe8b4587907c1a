# What a careless value does: it is refused before anything is planned.
# Nothing real is ever made: the runs that apply do so against mocked values.
mock_provider "google" {}

variables {
  project_id            = "noon-fixture"
  environment           = "dev"
  owns_project          = true
  lock_ledger_retention = false
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

run "refuses_another_compliance_level" {
  command = plan
  variables {
    compliance_level = "none"
  }
  expect_failures = [var.compliance_level]
}

run "refuses_an_environment_that_is_no_word" {
  command = plan
  variables {
    environment = "Prod-2"
  }
  expect_failures = [var.environment]
}

run "refuses_an_environment_too_long_for_account_ids" {
  command = plan
  variables {
    environment = "abcdefghijkl"
  }
  expect_failures = [var.environment]
}

run "refuses_everybody_as_operator" {
  command = plan
  variables {
    operator_members = ["allAuthenticatedUsers"]
  }
  expect_failures = [var.operator_members]
}

run "refuses_an_unknown_route" {
  command = plan
  variables {
    route_channels = { management = ["projects/noon-fixture/notificationChannels/1"] }
  }
  expect_failures = [var.route_channels]
}

run "refuses_a_key_where_a_channel_id_belongs" {
  command = plan
  variables {
    route_channels = { oncall = ["0123456789abcdef0123456789abcdef"] }
  }
  expect_failures = [var.route_channels]
}

run "refuses_a_route_that_pages_nobody" {
  command = plan
  variables {
    contacts = { oncall = ["oncall@example.com"] }
  }
  expect_failures = [google_monitoring_alert_policy.this]
}

run "refuses_a_default_account_for_a_released_service" {
  command = plan
  variables {
    released_services = { shop = { region = "us-central1", service_account = "1234-compute@developer.gserviceaccount.com" } }
  }
  expect_failures = [var.released_services]
}

run "refuses_a_branch_name_as_code_revision" {
  command = plan
  variables {
    code_revision = "main"
  }
  expect_failures = [var.code_revision]
}

run "refuses_a_short_retention" {
  command = plan
  variables {
    ledger_retention_days = 1
  }
  expect_failures = [var.ledger_retention_days]
}
