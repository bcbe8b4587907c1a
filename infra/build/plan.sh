#!/bin/sh
# The plan names archive and configuration by paths that the apply stage lays out in the same way.
set -eu
mkdir -p release
cp dist/functions.zip release/functions.zip
terraform -chdir=infra init -input=false -backend-config="bucket=$STATE_BUCKET" -backend-config="prefix=state/$ENVIRONMENT"
terraform -chdir=infra plan -input=false -out=../release/plan \
  -var-file="env/$ENVIRONMENT.tfvars" \
  -var-file=../release/variables.tfvars \
  -var="project_id=$PROJECT" \
  -var="region=$REGION" \
  -var="code_revision=$REVISION" \
  -var="archive_path=../release/functions.zip" \
  -var="config_path=../release/config.yaml"
cp infra/.terraform.lock.hcl release/terraform.lock.hcl
