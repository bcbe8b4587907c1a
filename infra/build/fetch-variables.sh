#!/bin/sh
# What is particular to the project lies beside the state, not in the repository: variables and the configuration.
set -eu
mkdir -p release
gcloud storage cp "gs://$STATE_BUCKET/variables/$ENVIRONMENT.tfvars" release/variables.tfvars
gcloud storage cp "gs://$STATE_BUCKET/variables/$ENVIRONMENT.yaml" release/config.yaml
