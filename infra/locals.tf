# One truth: what TypeScript reads, Terraform reads. Nothing below repeats a cron, a budget or a name of the catalog.
locals {
  catalog = jsondecode(file("${path.module}/../shared/catalog/phases.json"))
  metrics = jsondecode(file("${path.module}/../shared/catalog/metrics.json"))
  alerts  = jsondecode(file("${path.module}/../shared/catalog/alerts.json"))

  prefix = var.environment == "production" ? "highnoon" : "highnoon-${var.environment}"

  phases    = { for phase in local.catalog.phases : phase.name => phase }
  services  = { for service in local.catalog.services : service.name => service }
  functions = merge(local.phases, local.services)
  scheduled = { for name, function in local.functions : name => function if can(function.cron) }

  # Everything but the operator is driven by a topic. The relay's topic is named for what it carries.
  pushed = { for name, function in local.functions : name => function if name != "operator" }
  topics = { for name in keys(local.pushed) : name => "${local.prefix}-${name == "relay" ? "escalations" : name}" }

  database       = local.prefix
  project_number = data.google_project.this.number
  agents = {
    pubsub     = "serviceAccount:service-${local.project_number}@gcp-sa-pubsub.iam.gserviceaccount.com"
    iap        = "serviceAccount:service-${local.project_number}@gcp-sa-iap.iam.gserviceaccount.com"
    monitoring = "serviceAccount:service-${local.project_number}@gcp-sa-monitoring-notification.iam.gserviceaccount.com"
  }
}
