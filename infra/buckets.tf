locals {
  # versions: whether replaced objects stay; archive, delete_after, noncurrent: days, null for never.
  buckets = {
    anchors   = { purpose = "anchored heads of the ledger", versions = false, archive = null, noncurrent = null }
    config    = { purpose = "configuration files by digest", versions = true, archive = null, noncurrent = null }
    data      = { purpose = "context manifest, staged and live batches", versions = true, archive = null, noncurrent = 14 }
    reports   = { purpose = "reports of every phase", versions = true, archive = null, noncurrent = 90 }
    snapshots = { purpose = "memory snapshots", versions = true, archive = var.snapshot_archive_after_days, noncurrent = 30 }
    source    = { purpose = "archives of the functions by digest", versions = true, archive = null, noncurrent = 90 }
  }
}

resource "google_storage_bucket" "this" {
  for_each = local.buckets

  name                        = "${var.project_id}-${local.prefix}-${each.key}"
  location                    = var.region
  storage_class               = "STANDARD"
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  force_destroy               = false

  versioning {
    enabled = each.value.versions
  }

  # An anchor that could be replaced would prove nothing: the retention stands in for versions.
  dynamic "retention_policy" {
    for_each = each.key == "anchors" ? [var.ledger_retention_days * 86400] : []
    content {
      retention_period = retention_policy.value
      is_locked        = var.lock_ledger_retention
    }
  }

  dynamic "lifecycle_rule" {
    for_each = each.value.archive == null ? [] : [each.value.archive]
    content {
      action {
        type          = "SetStorageClass"
        storage_class = "ARCHIVE"
      }
      condition {
        age                   = lifecycle_rule.value
        matches_storage_class = ["STANDARD"]
      }
    }
  }

  dynamic "lifecycle_rule" {
    for_each = each.value.noncurrent == null ? [] : [each.value.noncurrent]
    content {
      action {
        type = "Delete"
      }
      condition {
        days_since_noncurrent_time = lifecycle_rule.value
        with_state                 = "ARCHIVED"
      }
    }
  }

  depends_on = [google_project_service.api]
}
