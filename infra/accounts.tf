# One account for each function, so that what a phase may do is what its own purpose needs.
resource "google_service_account" "function" {
  for_each = local.functions

  account_id   = "${local.prefix}-${each.value.account}"
  display_name = "High Noon ${each.key} (${var.environment})"
  description  = each.value.purpose

  depends_on = [google_project_service.api]
}

# Signs the identity tokens of Pub/Sub pushes. It may invoke the functions and nothing else.
resource "google_service_account" "push" {
  account_id   = "${local.prefix}-push"
  display_name = "High Noon push (${var.environment})"
  description  = "Identity of Pub/Sub pushes to the functions."

  depends_on = [google_project_service.api]
}

# Builds the functions' images, instead of the project's default account, which can do far more.
resource "google_service_account" "build" {
  account_id   = "${local.prefix}-build"
  display_name = "High Noon build (${var.environment})"
  description  = "Builds the images of the functions."

  depends_on = [google_project_service.api]
}

resource "google_service_account_iam_member" "push_tokens" {
  service_account_id = google_service_account.push.name
  role               = "roles/iam.serviceAccountTokenCreator"
  member             = local.agents.pubsub
}

# Deploying a function takes the right to act as its account; on the project it would be the right to be anybody.
resource "google_service_account_iam_member" "deployer" {
  for_each = var.deployer == null ? {} : merge(
    { for name, account in google_service_account.function : name => account.name },
    { build = google_service_account.build.name, push = google_service_account.push.name },
  )

  service_account_id = each.value
  role               = "roles/iam.serviceAccountUser"
  member             = "serviceAccount:${var.deployer}"
}
