#!/bin/sh
# Takes what was planned and refuses anything that is not exactly it.
set -eu
mkdir -p release
gcloud storage cp "gs://$STATE_BUCKET/plans/$PLAN_DIGEST/*" release/
cd release
found=$(sha256sum manifest | cut -d ' ' -f 1)
[ "$found" = "$PLAN_DIGEST" ] || { echo "the stored manifest has the digest $found, not $PLAN_DIGEST: nothing is applied" >&2; exit 1; }
sha256sum -c manifest
for wanted in "revision $REVISION" "environment $ENVIRONMENT"; do
  name=${wanted%% *}
  [ "$(cat "$name")" = "${wanted#* }" ] || { echo "the plan's $name is $(cat "$name"), this build's is ${wanted#* }: nothing is applied" >&2; exit 1; }
done
