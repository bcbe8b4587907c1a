locals {
  # Secrets by reference: commands of docs/deploy.md make them, before the functions that start with one are deployed.
  # Their values pass through no variable, plan or state; here stands only who may read which.
  secrets = {
    "git-read-token"  = keys(local.phases)
    "git-write-token" = ["high-noon-sync"]
    "pseudonym-key"   = keys(local.phases)
    "relay-mail"      = var.relay_mail ? ["relay"] : []
    "relay-webhook"   = ["relay"]
    "snapshot-key"    = ["snapshot-orchestration", "weekly-risk-review"]
  }

  secret_readers = merge([
    for secret, readers in local.secrets : { for reader in readers : "${secret}/${reader}" => { secret = secret, reader = reader } }
  ]...)
}

resource "google_secret_manager_secret_iam_member" "reader" {
  for_each = local.secret_readers

  project   = var.project_id
  secret_id = "${local.prefix}-${each.value.secret}"
  role      = "roles/secretmanager.secretAccessor"
  member    = google_service_account.function[each.value.reader].member
}
