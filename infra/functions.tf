locals {
  archive_digest = filesha256(var.archive_path)
  config_digest  = filesha256(var.config_path)

  environment_variables = {
    COMPLIANCE_LEVEL       = var.compliance_level
    GOOGLE_CLOUD_PROJECT   = var.project_id
    HIGHNOON_CODE_REVISION = var.code_revision
    HIGHNOON_CONFIG        = "gs://${google_storage_bucket.this["config"].name}/${google_storage_bucket_object.config.name}"
    HIGHNOON_CONFIG_SHA256 = local.config_digest
    HIGHNOON_DATABASE      = local.database
    HIGHNOON_ENV           = var.environment
    HIGHNOON_STORE         = "firestore"
    SOVEREIGN_TRINITY      = join(",", var.sovereign_trinity)
  }

  # Memory by need: snapshots stream 256 MiB at most beside the runtime, the others hold a few documents.
  memory = merge({ for name in keys(local.functions) : name => "512Mi" }, { "snapshot-orchestration" = "1Gi", "weekly-risk-review" = "1Gi" })
}

resource "google_artifact_registry_repository" "functions" {
  repository_id = "${local.prefix}-functions"
  location      = var.region
  format        = "DOCKER"
  description   = "Images of High Noon's functions."

  cleanup_policies {
    id     = "keep-for-rollback"
    action = "KEEP"
    most_recent_versions {
      keep_count = 10
    }
  }
  cleanup_policies {
    id     = "delete-old"
    action = "DELETE"
    condition {
      older_than = "7776000s"
    }
  }

  depends_on = [google_project_service.api]
}

# Named by the digest: under a fixed name a new archive would not redeploy anything.
resource "google_storage_bucket_object" "archive" {
  bucket = google_storage_bucket.this["source"].name
  name   = "functions/${local.archive_digest}.zip"
  source = var.archive_path
}

resource "google_storage_bucket_object" "config" {
  bucket       = google_storage_bucket.this["config"].name
  name         = "herbitrage/${local.config_digest}.yaml"
  source       = var.config_path
  content_type = "application/yaml"
}

resource "google_cloudfunctions2_function" "this" {
  for_each = local.functions

  name        = "${local.prefix}-${each.key}"
  location    = var.region
  description = each.value.purpose

  build_config {
    runtime           = local.catalog.function.runtime
    entry_point       = each.value.target
    service_account   = google_service_account.build.id
    docker_repository = google_artifact_registry_repository.functions.id

    source {
      storage_source {
        bucket = google_storage_bucket_object.archive.bucket
        object = google_storage_bucket_object.archive.name
      }
    }

    automatic_update_policy {}
  }

  service_config {
    available_cpu         = "1"
    available_memory      = local.memory[each.key]
    timeout_seconds       = local.catalog.function.timeoutSeconds
    min_instance_count    = 0
    max_instance_count    = contains(keys(local.phases), each.key) ? var.max_instances : 2
    service_account_email = google_service_account.function[each.key].email

    # A phase works alone in its instance: an uncaught rejection must not answer another run's request.
    max_instance_request_concurrency = each.key == "operator" ? 40 : 1

    # Pub/Sub pushes of the same project count as internal. Only people come from outside, and only through
    # Identity-Aware Proxy: its agent alone may invoke the operator.
    ingress_settings = each.key == "operator" ? "ALLOW_ALL" : "ALLOW_INTERNAL_ONLY"

    all_traffic_on_latest_revision = true

    environment_variables = merge(
      local.environment_variables,
      each.key == "operator" ? { HIGHNOON_IAP_AUDIENCE = local.iap_audience } : {},
    )

    # By reference, and by version: another key would give the same person another name in the middle of a trail.
    dynamic "secret_environment_variables" {
      for_each = contains(keys(local.phases), each.key) ? [var.pseudonym_key_version] : []
      content {
        key        = "HIGHNOON_PII_KEY"
        project_id = var.project_id
        secret     = "${local.prefix}-pseudonym-key"
        version    = secret_environment_variables.value
      }
    }
  }

  depends_on = [
    google_secret_manager_secret_iam_member.reader,
    google_service_account_iam_member.deployer,
    google_artifact_registry_repository_iam_member.build,
    google_project_iam_member.build_logs,
    google_storage_bucket_iam_member.build_source,
  ]
}

resource "google_cloud_run_v2_service_iam_member" "push" {
  for_each = local.pushed

  name     = google_cloudfunctions2_function.this[each.key].name
  location = var.region
  role     = "roles/run.invoker"
  member   = google_service_account.push.member
}

resource "google_artifact_registry_repository_iam_member" "build" {
  repository = google_artifact_registry_repository.functions.name
  location   = var.region
  role       = "roles/artifactregistry.writer"
  member     = google_service_account.build.member
}

resource "google_storage_bucket_iam_member" "build_source" {
  bucket = google_storage_bucket.this["source"].name
  role   = "roles/storage.objectViewer"
  member = google_service_account.build.member
}

resource "google_project_iam_member" "build_logs" {
  project = var.project_id
  role    = "roles/logging.logWriter"
  member  = google_service_account.build.member
}
