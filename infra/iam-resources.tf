# Roles on single topics, buckets, datasets and services.
locals {
  phase_names = keys(local.phases)

  # Who publishes where: a phase continues itself and wakes what waits for it; the watchdog and the operator start,
  # resume and wake every phase.
  wakes = {
    "t-90-prep"        = ["t-30-final-check"]
    "t-30-final-check" = ["high-noon-sync"]
    "high-noon-sync"   = ["weekly-risk-review", "snapshot-orchestration"]
  }
  publishes = merge(
    { for name in local.phase_names : name => concat([name, "relay"], lookup(local.wakes, name, [])) },
    { for name in ["watchdog", "operator"] : name => concat(local.phase_names, ["relay"]) },
  )
  publishers = merge([
    for function, topics in local.publishes : { for topic in topics : "${function}/${topic}" => { function = function, topic = topic } }
  ]...)

  # Who may write where in the data bucket. Reading it all is a grant of its own, because a list has no prefix.
  data_objects = "projects/_/buckets/${var.project_id}-${local.prefix}-data/objects"
  data_writers = {
    "t-90-prep"          = { title = "staged-and-context", folders = ["staged", "context"] }
    "high-noon-sync"     = { title = "live-and-context", folders = ["live", "context"] }
    "weekly-risk-review" = { title = "scratch", folders = ["scratch"] }
  }

  bucket_grants = merge(
    { for name in keys(local.functions) : "config/${name}" => { bucket = "config", function = name, role = "roles/storage.objectViewer", condition = null } },
    { for name in setunion(local.phase_names, ["watchdog"]) : "reports/${name}" => { bucket = "reports", function = name, role = "roles/storage.objectUser", condition = null } },
    {
      "reports/operator"                 = { bucket = "reports", function = "operator", role = "roles/storage.objectViewer", condition = null }
      "anchors/watchdog"                 = { bucket = "anchors", function = "watchdog", role = "roles/storage.objectCreator", condition = null }
      "anchors/watchdog/read"            = { bucket = "anchors", function = "watchdog", role = "roles/storage.objectViewer", condition = null }
      "anchors/operator"                 = { bucket = "anchors", function = "operator", role = "roles/storage.objectViewer", condition = null }
      "anchors/weekly-risk-review"       = { bucket = "anchors", function = "weekly-risk-review", role = "roles/storage.objectViewer", condition = null }
      "snapshots/snapshot-orchestration" = { bucket = "snapshots", function = "snapshot-orchestration", role = "roles/storage.objectUser", condition = null }
      "snapshots/weekly-risk-review"     = { bucket = "snapshots", function = "weekly-risk-review", role = "roles/storage.objectViewer", condition = null }
    },
    { for name in local.phase_names : "data/${name}" => { bucket = "data", function = name, role = "roles/storage.objectViewer", condition = null } },
    {
      for name, write in local.data_writers : "data/${name}/write" => {
        bucket   = "data"
        function = name
        role     = "roles/storage.objectUser"
        condition = {
          title       = write.title
          description = "Only below ${join(" and ", write.folders)}."
          expression  = join(" || ", [for folder in write.folders : "resource.name.startsWith(\"${local.data_objects}/${folder}/\")"])
        }
      }
    },
  )

  # Buckets that are not High Noon's own. The manifest is created at genesis by T-90 and written by noon.
  foreign_grants = merge(
    { for name in var.context_bucket == null ? [] : ["t-90-prep", "high-noon-sync"] : "context/${name}" => { bucket = var.context_bucket, function = name, role = "roles/storage.objectUser" } },
    { for name in var.context_bucket == null ? [] : ["t-30-final-check", "snapshot-orchestration"] : "context/${name}" => { bucket = var.context_bucket, function = name, role = "roles/storage.objectViewer" } },
    { for pair in setproduct(var.evidence_buckets, local.phase_names) : "${pair[0]}/${pair[1]}" => { bucket = pair[0], function = pair[1], role = "roles/storage.objectViewer" } },
  )

  # What is live can be read wherever evidence can. Tables of staged versions are T-90's to make, the view is noon's to
  # move; BigQuery checks both on the dataset.
  read_datasets = setunion(var.evidence_datasets, var.live_datasets)
  dataset_grants = merge(
    { for pair in setproduct(local.read_datasets, local.phase_names) : "${pair[0]}/${pair[1]}" => { dataset = pair[0], function = pair[1], role = "roles/bigquery.dataViewer" } },
    { for pair in setproduct(var.live_datasets, ["t-90-prep", "high-noon-sync"]) : "${pair[0]}/${pair[1]}/live" => { dataset = pair[0], function = pair[1], role = "roles/bigquery.dataEditor" } },
  )

  read_services = merge(
    { for name, service in var.released_services : name => { region = service.region, invoke = false } },
    var.watched_services,
  )
  service_grants = merge(
    { for pair in setproduct(keys(local.read_services), local.phase_names) : "${pair[0]}/${pair[1]}/view" => { service = pair[0], region = local.read_services[pair[0]].region, function = pair[1], role = "roles/run.viewer" } },
    { for pair in setproduct([for name, service in local.read_services : name if service.invoke], ["t-30-final-check", "high-noon-sync"]) : "${pair[0]}/${pair[1]}/probe" => { service = pair[0], region = local.read_services[pair[0]].region, function = pair[1], role = "roles/run.invoker" } },
    { for name, service in var.released_services : "${name}/high-noon-sync/release" => { service = name, region = service.region, function = "high-noon-sync", role = "roles/run.developer" } },
  )
}

resource "google_pubsub_topic_iam_member" "publisher" {
  for_each = local.publishers

  topic  = google_pubsub_topic.function[each.value.topic].name
  role   = "roles/pubsub.publisher"
  member = google_service_account.function[each.value.function].member
}

resource "google_storage_bucket_iam_member" "own" {
  for_each = local.bucket_grants

  bucket = google_storage_bucket.this[each.value.bucket].name
  role   = each.value.role
  member = google_service_account.function[each.value.function].member

  dynamic "condition" {
    for_each = each.value.condition == null ? [] : [each.value.condition]
    content {
      title       = condition.value.title
      description = condition.value.description
      expression  = condition.value.expression
    }
  }
}

resource "google_storage_bucket_iam_member" "foreign" {
  for_each = local.foreign_grants

  bucket = each.value.bucket
  role   = each.value.role
  member = google_service_account.function[each.value.function].member
}

resource "google_bigquery_dataset_iam_member" "evidence" {
  for_each = local.dataset_grants

  dataset_id = each.value.dataset
  role       = each.value.role
  member     = google_service_account.function[each.value.function].member
}

resource "google_cloud_run_v2_service_iam_member" "service" {
  for_each = local.service_grants

  name     = each.value.service
  location = each.value.region
  role     = each.value.role
  member   = google_service_account.function[each.value.function].member
}

# Moving the traffic of a service needs the right to act as the account it runs as: on that account alone.
resource "google_service_account_iam_member" "released" {
  for_each = var.released_services

  service_account_id = "projects/-/serviceAccounts/${each.value.service_account}"
  role               = "roles/iam.serviceAccountUser"
  member             = google_service_account.function["high-noon-sync"].member
}
