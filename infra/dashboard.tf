# Every metric of the catalog has a place here, so a metric that is added shows up without a change to this file.
locals {
  series = { for metric in local.metrics.metrics : metric.name => "${local.series_prefix}${metric.name}" }

  # Distribution: its percentiles. Cumulative: what came in a day. Gauge: the newest value.
  chart_queries = {
    for metric in local.metrics.metrics : metric.name => (
      metric.valueType == "DISTRIBUTION"
      ? [for quantile in ["0.5", "0.9", "0.99"] : { legend = "p${quantile * 100}", query = "histogram_quantile(${quantile}, sum by (le, phase) (increase(${local.series[metric.name]}_bucket{${local.series_labels}}[7d])))" }]
      : metric.kind == "CUMULATIVE"
      ? [{ legend = "a day", query = "sum by (${join(", ", setsubtract(metric.labels, ["environment"]))}) (increase(${local.series[metric.name]}{${local.series_labels}}[1d]))" }]
      : [{ legend = "newest", query = "max by (${join(", ", concat(["environment"], tolist(setsubtract(metric.labels, ["environment"]))))}) (last_over_time(${local.series[metric.name]}{${local.series_labels}}[20m]))" }]
    )
  }

  countdown = {
    title  = "Seconds to the next High Noon"
    query  = "vector((129600 - time() % 86400) % 86400)"
    danger = null
  }
  cards = concat([local.countdown], [
    for name, card in {
      high_noon_sync_status    = { title = "Noon: 1 good, 0 did not run, below: not good", danger = -0.5, above = false }
      lockdown_active          = { title = "Lockdown", danger = 0.5, above = true }
      margin_to_noon_seconds   = { title = "Margin of T-30 to noon, seconds", danger = 0, above = false }
      snapshot_freshness_hours = { title = "Age of the newest snapshot, hours", danger = 8, above = true }
      } : {
      title  = card.title
      query  = local.chart_queries[name][0].query
      danger = { value = card.danger, direction = card.above ? "ABOVE" : "BELOW" }
    }
    ], [{
      title  = "Ticks of the watchdog in the last hour, of 12"
      query  = "max(count_over_time(${local.series["watchdog_heartbeat"]}{${local.series_labels}}[1h]))"
      danger = { value = 10, direction = "BELOW" }
  }])

  grid = [for phase in local.catalog.phases : {
    title = "${phase.title}: verdict of each slot, choose 30 days (0 passed .. 4 violated)"
    query = "max by (phase) (max_over_time(${local.series["phase_verdict"]}{${local.series_labels},phase=\"${phase.name}\"}[1d]))"
  }]

  card_tiles = [for index, card in local.cards : {
    xPos   = (index % 6) * 8
    yPos   = 0
    width  = 8
    height = 8
    widget = {
      title = card.title
      scorecard = {
        timeSeriesQuery = { prometheusQuery = card.query }
        thresholds      = card.danger == null ? [] : [{ value = card.danger.value, direction = card.danger.direction, color = "RED" }]
      }
    }
  }]
  grid_tiles = [for index, row in local.grid : {
    xPos   = 0
    yPos   = 8 + index * 6
    width  = 48
    height = 6
    widget = {
      title = row.title
      xyChart = {
        dataSets = [{ plotType = "STACKED_BAR", timeSeriesQuery = { prometheusQuery = row.query, unitOverride = "1" } }]
        yAxis    = { scale = "LINEAR" }
      }
    }
  }]
  chart_tiles = [for index, metric in local.metrics.metrics : {
    xPos   = (index % 2) * 24
    yPos   = 8 + length(local.grid) * 6 + floor(index / 2) * 12
    width  = 24
    height = 12
    widget = {
      title = metric.description
      xyChart = {
        dataSets = [for line in local.chart_queries[metric.name] : {
          plotType        = "LINE"
          legendTemplate  = line.legend
          timeSeriesQuery = { prometheusQuery = line.query }
        }]
        yAxis = { scale = "LINEAR", label = metric.unit }
      }
    }
  }]
}

resource "google_monitoring_dashboard" "this" {
  dashboard_json = jsonencode({
    displayName  = "High Noon (${var.environment})"
    mosaicLayout = { columns = 48, tiles = concat(local.card_tiles, local.grid_tiles, local.chart_tiles) }
  })

  depends_on = [google_monitoring_metric_descriptor.this]
}
