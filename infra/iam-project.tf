# What has no narrower place than the project. Every line stands with its reason in docs/security.md; a test compares.
locals {
  access_role = "projects/${var.project_id}/roles/${local.access_role_id}"
  backup_role = "projects/${var.project_id}/roles/${local.backup_role_id}"

  access_role_id = "highnoonAccessReviewer"
  backup_role_id = "highnoonBackupReviewer"

  # Firestore's IAM ends at the database, so the condition is as narrow as it gets: no collection can be kept out.
  own_database = {
    title       = "own-database"
    description = "Only the database of this environment."
    expression  = "resource.name == \"projects/${var.project_id}/databases/${local.database}\""
  }

  project_grants = merge(
    { for name in keys(local.functions) : "${name}/documents" => { function = name, role = "roles/datastore.user", condition = local.own_database } },
    { for name in setunion(keys(local.phases), ["watchdog"]) : "${name}/metrics" => { function = name, role = "roles/monitoring.metricWriter", condition = null } },
    { for name in keys(local.phases) : "${name}/metric-evidence" => { function = name, role = "roles/monitoring.viewer", condition = null } },
    { for name in length(local.read_datasets) > 0 ? keys(local.phases) : [] : "${name}/queries" => { function = name, role = "roles/bigquery.jobUser", condition = null } },
    {
      for pair in setproduct(keys(local.phases), var.evidence_databases) : "${pair[0]}/evidence/${pair[1]}" => {
        function = pair[0]
        role     = "roles/datastore.viewer"
        condition = {
          title       = "evidence-${replace(pair[1], "/[^a-z0-9-]/", "")}"
          description = "Only the database that evidence is read from."
          expression  = "resource.name == \"projects/${var.project_id}/databases/${pair[1]}\""
        }
      }
    },
    {
      "t-90-prep/schedules"         = { function = "t-90-prep", role = "roles/cloudscheduler.viewer", condition = null }
      "weekly-risk-review/access"   = { function = "weekly-risk-review", role = local.access_role, condition = null }
      "weekly-risk-review/activity" = { function = "weekly-risk-review", role = "roles/policyanalyzer.activityAnalysisViewer", condition = null }
      "weekly-risk-review/backups"  = { function = "weekly-risk-review", role = local.backup_role, condition = null }
      "weekly-risk-review/findings" = { function = "weekly-risk-review", role = "roles/containeranalysis.occurrences.viewer", condition = null }
    },
  )
}

resource "google_project_iam_custom_role" "access_reviewer" {
  count = var.owns_project ? 1 : 0

  role_id     = local.access_role_id
  title       = "High Noon access reviewer"
  description = "Reads who may do what: policies, service accounts and the age of their keys. Changes nothing."
  permissions = [
    "iam.serviceAccountKeys.list",
    "iam.serviceAccounts.list",
    "resourcemanager.projects.getIamPolicy",
  ]
}

resource "google_project_iam_custom_role" "backup_reviewer" {
  count = var.owns_project ? 1 : 0

  role_id     = local.backup_role_id
  title       = "High Noon backup reviewer"
  description = "Reads which backups exist, how old they are and when the next is due. Restores nothing."
  permissions = [
    "datastore.backupSchedules.list",
    "datastore.backups.get",
    "datastore.backups.list",
    "datastore.databases.getMetadata",
  ]
}

resource "google_project_iam_member" "function" {
  for_each = local.project_grants

  project = var.project_id
  role    = each.value.role
  member  = google_service_account.function[each.value.function].member

  dynamic "condition" {
    for_each = each.value.condition == null ? [] : [each.value.condition]
    content {
      title       = condition.value.title
      description = condition.value.description
      expression  = condition.value.expression
    }
  }

  depends_on = [
    google_project_iam_custom_role.access_reviewer,
    google_project_iam_custom_role.backup_reviewer,
  ]
}
