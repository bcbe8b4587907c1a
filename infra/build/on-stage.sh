#!/bin/sh
# Runs a command if the build's stage is among the first argument's (comma separated); else it is not this step's turn.
set -eu
stages=$1
shift
case ",$stages," in
  *",$STAGE,"*) exec "$@" ;;
  *) echo "stage $STAGE: nothing to do here" ;;
esac
