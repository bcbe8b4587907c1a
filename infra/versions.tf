terraform {
  required_version = ">= 1.9"

  required_providers {
    google = {
      source  = "hashicorp/google"
      version = ">= 6.50, < 8"
    }
  }

  # The bucket and the prefix come from `terraform init -backend-config=...`: the state's bucket is made by the
  # bootstrap commands of docs/deploy.md, because no root can keep its own state in a bucket that it creates.
  backend "gcs" {}
}

provider "google" {
  project = var.project_id
  region  = var.region

  default_labels = {
    system      = "high-noon"
    environment = var.environment
  }
}

data "google_project" "this" {
  project_id = var.project_id

  lifecycle {
    postcondition {
      condition     = self.number != null && self.number != ""
      error_message = "The project number of ${var.project_id} is not readable: the deployer needs roles/browser on the project."
    }
  }
}
