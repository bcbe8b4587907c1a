# People reach the operator through Identity-Aware Proxy alone: its agent is the only principal that may invoke the
# service, so without the proxy the page is closed, not open.
locals {
  operator_name = "${local.prefix}-operator"
  balanced      = var.operator_domain != null ? 1 : 0

  # The assertion that the operator verifies names this audience.
  iap_audience = var.operator_domain != null ? "/projects/${local.project_number}/global/backendServices/${google_compute_backend_service.operator[0].generated_id}" : "/projects/${local.project_number}/locations/${var.region}/services/${local.operator_name}"
}

resource "google_cloud_run_v2_service_iam_member" "operator" {
  name     = google_cloudfunctions2_function.this["operator"].name
  location = var.region
  role     = "roles/run.invoker"
  member   = local.agents.iap
}

resource "google_iap_web_cloud_run_service_iam_member" "operator" {
  for_each = var.operator_domain == null ? var.operator_members : toset([])

  cloud_run_service_name = google_cloudfunctions2_function.this["operator"].name
  location               = var.region
  role                   = "roles/iap.httpsResourceAccessor"
  member                 = each.value
}

resource "google_iap_web_backend_service_iam_member" "operator" {
  for_each = var.operator_domain != null ? var.operator_members : toset([])

  web_backend_service = google_compute_backend_service.operator[0].name
  role                = "roles/iap.httpsResourceAccessor"
  member              = each.value
}

# The group names the service by text, not by reference: the function's environment holds the audience, which names
# the backend, which names this group, and a reference would close that circle.
resource "google_compute_region_network_endpoint_group" "operator" {
  count = local.balanced

  name                  = local.operator_name
  region                = var.region
  network_endpoint_type = "SERVERLESS"

  cloud_run {
    service = local.operator_name
  }

  depends_on = [google_project_service.api]
}

resource "google_compute_backend_service" "operator" {
  count = local.balanced

  name                  = local.operator_name
  protocol              = "HTTPS"
  load_balancing_scheme = "EXTERNAL_MANAGED"

  backend {
    group = google_compute_region_network_endpoint_group.operator[0].id
  }

  # Google's own client: no client secret exists that could land in state.
  iap {
    enabled = true
  }

  log_config {
    enable      = true
    sample_rate = 1
  }
}

resource "google_compute_url_map" "operator" {
  count = local.balanced

  name            = local.operator_name
  default_service = google_compute_backend_service.operator[0].id
}

resource "google_compute_managed_ssl_certificate" "operator" {
  count = local.balanced

  name = local.operator_name

  managed {
    domains = [var.operator_domain]
  }
}

resource "google_compute_ssl_policy" "operator" {
  count = local.balanced

  name            = local.operator_name
  profile         = "RESTRICTED"
  min_tls_version = "TLS_1_2"
}

resource "google_compute_target_https_proxy" "operator" {
  count = local.balanced

  name             = local.operator_name
  url_map          = google_compute_url_map.operator[0].id
  ssl_certificates = [google_compute_managed_ssl_certificate.operator[0].id]
  ssl_policy       = google_compute_ssl_policy.operator[0].id
}

resource "google_compute_global_address" "operator" {
  count = local.balanced

  name = local.operator_name

  depends_on = [google_project_service.api]
}

resource "google_compute_global_forwarding_rule" "operator" {
  count = local.balanced

  name                  = local.operator_name
  load_balancing_scheme = "EXTERNAL_MANAGED"
  ip_address            = google_compute_global_address.operator[0].id
  port_range            = "443"
  target                = google_compute_target_https_proxy.operator[0].id
}
