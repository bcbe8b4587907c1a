#!/bin/sh
# Terraform itself refuses a plan that the state has left behind.
set -eu
cp release/terraform.lock.hcl infra/.terraform.lock.hcl
terraform -chdir=infra init -input=false -lockfile=readonly -backend-config="bucket=$STATE_BUCKET" -backend-config="prefix=state/$ENVIRONMENT"
terraform -chdir=infra apply -input=false ../release/plan
