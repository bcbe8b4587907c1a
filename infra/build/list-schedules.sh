#!/bin/sh
set -eu
gcloud scheduler jobs list --project="$PROJECT" --location="$REGION" --format=json >release/schedules.json
