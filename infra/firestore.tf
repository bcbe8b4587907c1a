locals {
  # Each index and each expiry names the query or the reason that needs it.
  documents = jsondecode(file("${path.module}/firestore.json"))
}

resource "google_firestore_database" "this" {
  name                              = local.database
  location_id                       = var.region
  type                              = "FIRESTORE_NATIVE"
  concurrency_mode                  = "OPTIMISTIC"
  app_engine_integration_mode       = "DISABLED"
  delete_protection_state           = "DELETE_PROTECTION_ENABLED"
  point_in_time_recovery_enablement = "POINT_IN_TIME_RECOVERY_ENABLED"
  deletion_policy                   = "ABANDON"

  depends_on = [google_project_service.api]
}

resource "google_firestore_backup_schedule" "daily" {
  database  = google_firestore_database.this.name
  retention = "1209600s"

  daily_recurrence {}
}

resource "google_firestore_backup_schedule" "weekly" {
  database  = google_firestore_database.this.name
  retention = "8467200s"

  weekly_recurrence {
    day = "SUNDAY"
  }
}

resource "google_firestore_index" "this" {
  for_each = { for index in local.documents.indexes : "${index.collection}-${join("-", [for field in index.fields : field.path])}" => index }

  database    = google_firestore_database.this.name
  collection  = each.value.collection
  query_scope = each.value.scope

  dynamic "fields" {
    for_each = each.value.fields
    content {
      field_path = fields.value.path
      order      = fields.value.order
    }
  }
}

# Expired documents stay readable for a day or so: good enough for what nobody judges by, never for a lease or a hold.
resource "google_firestore_field" "expiry" {
  for_each = { for expiry in local.documents.expiries : expiry.collection => expiry }

  database   = google_firestore_database.this.name
  collection = each.value.collection
  field      = each.value.field

  ttl_config {}

  # Nobody asks for documents by their expiry, and an index on rising timestamps would slow the writes down.
  index_config {}
}

resource "google_firebaserules_ruleset" "deny" {
  source {
    files {
      name    = "firestore.rules"
      content = file("${path.module}/firestore.rules")
    }
  }

  # A ruleset that is still released cannot be deleted, so the new one comes first.
  lifecycle {
    create_before_destroy = true
  }

  depends_on = [google_firestore_database.this]
}

resource "google_firebaserules_release" "deny" {
  name         = "cloud.firestore/${google_firestore_database.this.name}"
  ruleset_name = google_firebaserules_ruleset.deny.name
}
