# Descriptors are the project's, not an environment's: the label tells the environments apart.
resource "google_monitoring_metric_descriptor" "this" {
  for_each = var.owns_project ? { for metric in local.metrics.metrics : metric.name => metric } : {}

  type         = "${local.metrics.prefix}/${each.key}"
  display_name = each.key
  description  = each.value.description
  metric_kind  = each.value.kind
  value_type   = each.value.valueType
  unit         = each.value.unit

  dynamic "labels" {
    for_each = toset(each.value.labels)
    content {
      key         = labels.value
      value_type  = "STRING"
      description = "The ${labels.value} that the point is about."
    }
  }

  depends_on = [google_project_service.api]
}
