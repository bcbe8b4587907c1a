#!/bin/sh
# T-90 against the live project, reading only: it writes nothing, and says what it would have done.
set -eu
HIGHNOON_ENV=$([ "$ENVIRONMENT" = prod ] && echo production || echo "$ENVIRONMENT")
export HIGHNOON_ENV GOOGLE_CLOUD_PROJECT="$PROJECT" COMPLIANCE_LEVEL="21+"
npm run -s highnoon -- run t-90-prep --dry-run --store firestore --config release/config.yaml --json
