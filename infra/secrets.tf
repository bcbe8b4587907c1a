locals {
  # Secrets by reference: Terraform makes the container and says who may read it. Its value is added by a command
  # of docs/deploy.md and never passes through a variable, a plan or the state.
  secrets = {
    "git-read-token"  = { readers = setsubtract(keys(local.phases), ["high-noon-sync"]) }
    "git-write-token" = { readers = ["high-noon-sync"] }
    "pseudonym-key"   = { readers = keys(local.phases) }
    "relay-webhook"   = { readers = ["relay"] }
    "snapshot-key"    = { readers = ["snapshot-orchestration", "weekly-risk-review"] }
  }

  secret_readers = merge([
    for secret, access in local.secrets : { for reader in access.readers : "${secret}/${reader}" => { secret = secret, reader = reader } }
  ]...)
}

resource "google_secret_manager_secret" "this" {
  for_each = local.secrets

  secret_id           = "${local.prefix}-${each.key}"
  deletion_protection = true

  replication {
    auto {}
  }

  depends_on = [google_project_service.api]
}

resource "google_secret_manager_secret_iam_member" "reader" {
  for_each = local.secret_readers

  secret_id = google_secret_manager_secret.this[each.value.secret].id
  role      = "roles/secretmanager.secretAccessor"
  member    = google_service_account.function[each.value.reader].member
}
