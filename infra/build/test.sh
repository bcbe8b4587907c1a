#!/bin/sh
# All checks and tests. In a build nothing may be skipped for want of a tool, so the tools come first: Prometheus' own
# engine for the alerts, and Terraform, which an earlier step laid into tools/.
set -eu
apt-get update -qq
apt-get install -y -qq --no-install-recommends prometheus >/dev/null
PATH="$PWD/tools:$PATH"
export PATH GOOGLE_CLOUD_PROJECT="$PROJECT"
npm run check
npm test
