variable "project_id" {
  description = "The Google Cloud project that High Noon runs in."
  type        = string

  validation {
    condition     = can(regex("^[a-z][-a-z0-9]{4,28}[a-z0-9]$", var.project_id))
    error_message = "project_id must be 6 to 30 lowercase letters, digits and hyphens, start with a letter and not end with a hyphen."
  }
}

variable "region" {
  description = "The region of the functions, the schedules, the topics' storage and the buckets."
  type        = string
  default     = "us-central1"

  validation {
    condition     = can(regex("^[a-z]+-[a-z]+[0-9]+$", var.region))
    error_message = "region must be a single Google Cloud region such as us-central1."
  }
}

variable "environment" {
  description = "The environment. `production` uses the plain names; any other puts its name into every id."
  type        = string

  validation {
    # Eleven characters: a service account id has 30, of which the prefix and the longest account word take 19.
    condition     = can(regex("^[a-z][a-z0-9]{1,10}$", var.environment))
    error_message = "environment must be 2 to 11 lowercase letters and digits and start with a letter."
  }
}

variable "owns_project" {
  description = "Whether this environment makes what a project has once: APIs, metric descriptors, custom roles. Exactly one environment of a project does."
  type        = bool
}

variable "archive_path" {
  description = "The zip archive of the functions, as the build writes it. Its digest names the source object, so that a changed archive redeploys."
  type        = string
  default     = "../dist/functions.zip"

  validation {
    condition     = endswith(var.archive_path, ".zip")
    error_message = "archive_path must name a .zip file."
  }
}

variable "config_path" {
  description = "The configuration file. It is uploaded under its digest, and the digest is pinned in every function."
  type        = string

  validation {
    condition     = can(regex("\\.ya?ml$", var.config_path))
    error_message = "config_path must name a .yaml or .yml file."
  }
}

variable "code_revision" {
  description = "The commit that the archive was built from; a run pins it."
  type        = string

  validation {
    condition     = can(regex("^[0-9a-f]{40}$", var.code_revision))
    error_message = "code_revision must be a full commit id of 40 hexadecimal digits."
  }
}

variable "compliance_level" {
  description = "COMPLIANCE_LEVEL of every function. It must equal the level in the configuration, or T-90 ends violated."
  type        = string
  default     = "21+"

  validation {
    condition     = contains(["21+"], var.compliance_level)
    error_message = "compliance_level must be 21+: no other level may be deployed."
  }
}

variable "sovereign_trinity" {
  description = "SOVEREIGN_TRINITY of every function: the configured repositories by name."
  type        = list(string)

  validation {
    condition     = length(var.sovereign_trinity) > 0 && alltrue([for name in var.sovereign_trinity : can(regex("^[A-Za-z0-9._-]+$", name))])
    error_message = "sovereign_trinity must list at least one repository; names have letters, digits, dot, underscore and hyphen."
  }
}

variable "max_instances" {
  description = "How many instances a phase function may have. More than one, so that a stuck instance does not keep the resumed stretch out: the lease is the mutex, not the instance count."
  type        = number
  default     = 3

  validation {
    condition     = var.max_instances >= 2 && var.max_instances <= 10
    error_message = "max_instances must be 2 to 10."
  }
}

variable "lock_ledger_retention" {
  description = "Whether the retention of ledger anchors is locked. Locking cannot be undone, not even by the project's owner."
  type        = bool
}

variable "ledger_retention_days" {
  description = "How many days an anchored head of the ledger cannot be deleted or replaced."
  type        = number
  default     = 400

  validation {
    condition     = var.ledger_retention_days >= 30 && var.ledger_retention_days <= 3650
    error_message = "ledger_retention_days must be 30 to 3650."
  }
}

variable "snapshot_archive_after_days" {
  description = "After how many days a snapshot object moves to the ARCHIVE class, which stays readable at once and costs less to keep."
  type        = number
  default     = 90

  validation {
    condition     = var.snapshot_archive_after_days >= 30
    error_message = "snapshot_archive_after_days must be at least 30: younger snapshots are read by every six-hourly increment."
  }
}

variable "contacts" {
  description = "E-mail addresses by route: oncall, critical, security, engineering, continuity."
  type        = map(list(string))

  validation {
    condition     = alltrue([for route in keys(var.contacts) : contains(["oncall", "critical", "security", "engineering", "continuity"], route)])
    error_message = "contacts may have the keys oncall, critical, security, engineering and continuity."
  }
  validation {
    condition     = alltrue([for address in flatten(values(var.contacts)) : can(regex("^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$", address))])
    error_message = "contacts must be e-mail addresses."
  }
}

variable "route_channels" {
  description = "Ids of notification channels made outside Terraform (PagerDuty, Slack), by route: their keys must not land in state."
  type        = map(list(string))
  default     = {}

  validation {
    condition     = alltrue([for route in keys(var.route_channels) : contains(["oncall", "critical", "security", "engineering", "continuity"], route)])
    error_message = "route_channels may have the keys oncall, critical, security, engineering and continuity."
  }
  validation {
    condition     = alltrue([for id in flatten(values(var.route_channels)) : can(regex("^projects/[^/]+/notificationChannels/[0-9]+$", id))])
    error_message = "route_channels must be ids like projects/PROJECT/notificationChannels/NUMBER."
  }
}

variable "runbook_url" {
  description = "Where docs/runbook.md of the deployed revision can be read; alerts link its headings."
  type        = string

  validation {
    condition     = can(regex("^https://[^\\s#]+$", var.runbook_url))
    error_message = "runbook_url must be an https URL without a fragment."
  }
}

variable "operator_domain" {
  description = "The DNS name of the operator page. With it a load balancer with Identity-Aware Proxy is made; without it Identity-Aware Proxy is switched on at the service by the command in docs/deploy.md, and until then nobody reaches it."
  type        = string
  default     = null

  validation {
    condition     = var.operator_domain == null || can(regex("^([a-z0-9]([-a-z0-9]*[a-z0-9])?\\.)+[a-z]{2,}$", var.operator_domain))
    error_message = "operator_domain must be a DNS name in lowercase, such as noon.example.com."
  }
}

variable "operator_members" {
  description = "Who may pass Identity-Aware Proxy. What each may do then stands in the configuration."
  type        = set(string)

  validation {
    condition     = alltrue([for member in var.operator_members : can(regex("^(user|group|serviceAccount):[^@\\s]+@[^@\\s]+$", member))])
    error_message = "operator_members must be user:, group: or serviceAccount: principals; a domain or everybody may not be one."
  }
}

variable "relay_mail" {
  description = "Whether escalations also go by mail: the relay then reads the secret relay-mail, which holds the mail server. Who gets them stands in the configuration."
  type        = bool
  default     = false
}

variable "pseudonym_key_version" {
  description = "The version of the secret by which ids of personal data are hashed. Raise it only together with whoever reads the old hashes."
  type        = string
  default     = "1"

  validation {
    condition     = can(regex("^[1-9][0-9]*$", var.pseudonym_key_version))
    error_message = "pseudonym_key_version must be the number of a version: the newest one would change under a running trail."
  }
}

variable "deployer" {
  description = "The address of the account that deploys: it gets the right to act as the functions' accounts, on each of them alone. Null where a person with that right applies by hand."
  type        = string
  default     = null

  validation {
    condition     = var.deployer == null || can(regex("^[^@\\s]+@[^@\\s]+\\.iam\\.gserviceaccount\\.com$", var.deployer))
    error_message = "deployer must be the address of a service account."
  }
}

variable "context_bucket" {
  description = "The bucket of the context manifest, if it is not one of High Noon's own."
  type        = string
  default     = null
}

variable "evidence_buckets" {
  description = "Buckets that datasets and evidence are read from."
  type        = set(string)
  default     = []
}

variable "evidence_datasets" {
  description = "BigQuery datasets of this project that datasets and evidence are read from."
  type        = set(string)
  default     = []
}

variable "live_datasets" {
  description = "BigQuery datasets of this project in which a dataset is live: T-90 makes the table of the staged version there, noon moves the view to it."
  type        = set(string)
  default     = []
}

variable "evidence_databases" {
  description = "Firestore databases of this project that evidence is read from."
  type        = set(string)
  default     = []
}

variable "watched_services" {
  description = "Cloud Run services whose revision, settings and health are read."
  type        = map(object({ region = string, invoke = optional(bool, false) }))
  default     = {}
}

variable "released_services" {
  description = "Cloud Run services whose traffic noon may move, with the account that each runs as."
  type        = map(object({ region = string, service_account = string }))
  default     = {}

  validation {
    condition     = alltrue([for service in values(var.released_services) : can(regex("^[^@\\s]+@[^@\\s]+\\.iam\\.gserviceaccount\\.com$", service.service_account))])
    error_message = "released_services[].service_account must be the address of a service account of its own; a default account may not be one."
  }
}

variable "billing_account" {
  description = "The billing account for the optional budget; null makes none."
  type        = string
  default     = null
}

variable "budget_units" {
  description = "The monthly budget in whole units of the billing account's currency."
  type        = number
  default     = 50

  validation {
    condition     = var.budget_units >= 1
    error_message = "budget_units must be at least 1."
  }
}
