#!/bin/sh
# A misspelt stage would skip every step and show green.
set -eu
fail() { echo "$1" >&2; exit 2; }
case "$STAGE" in
  plan | apply) [ -n "$STATE_BUCKET" ] || fail "_STATE_BUCKET is empty: the bucket of state and plans is wanted" ;;
  nightly) ;;
  *) fail "_STAGE is '$STAGE': plan, apply or nightly is allowed" ;;
esac
[ -f "infra/env/$ENVIRONMENT.tfvars" ] || fail "_ENVIRONMENT is '$ENVIRONMENT': infra/env has no such file"
if [ "$STAGE" = apply ]; then
  printf '%s' "$PLAN_DIGEST" | grep -Eq '^[0-9a-f]{64}$' || fail "_PLAN_DIGEST is '$PLAN_DIGEST': the digest that the plan stage printed is wanted"
fi
