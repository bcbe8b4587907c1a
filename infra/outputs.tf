output "functions" {
  description = "The address of each function."
  value       = { for name, function in google_cloudfunctions2_function.this : name => function.service_config[0].uri }
}

output "topics" {
  description = "The topic of each function; publish to a phase's topic to start it by hand."
  value       = local.topics
}

output "buckets" {
  description = "The buckets by what they hold."
  value       = { for name, bucket in google_storage_bucket.this : name => bucket.name }
}

output "database" {
  description = "The Firestore database of this environment."
  value       = google_firestore_database.this.name
}

output "accounts" {
  description = "The service account of each function; a foreign bucket or service is opened to these."
  value       = { for name, account in google_service_account.function : name => account.email }
}

output "operator_address" {
  description = "The address that the DNS name of the operator page must resolve to; null without a domain."
  value       = one(google_compute_global_address.operator[*].address)
}

output "iap_audience" {
  description = "The audience that the operator expects in the assertion of Identity-Aware Proxy."
  value       = local.iap_audience
}

output "alert_conditions" {
  description = "How many alert conditions this environment has; each has its price."
  value       = sum([for policy in google_monitoring_alert_policy.this : length(policy.conditions)])
}
