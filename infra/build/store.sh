#!/bin/sh
# One digest stands for all that an apply uses: plan, archive, configuration, provider hashes, commit.
set -eu
cd release
printf '%s\n' "$REVISION" >revision
printf '%s\n' "$ENVIRONMENT" >environment
sha256sum plan functions.zip config.yaml terraform.lock.hcl revision environment >manifest
digest=$(sha256sum manifest | cut -d ' ' -f 1)
gcloud storage cp --no-clobber plan functions.zip config.yaml terraform.lock.hcl revision environment manifest "gs://$STATE_BUCKET/plans/$digest/"
echo "Plan stored. To apply exactly this, after an approval:"
echo "gcloud builds triggers run highnoon-apply --sha=$REVISION --substitutions=_PLAN_DIGEST=$digest"
