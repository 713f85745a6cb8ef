#!/bin/sh
# SPDX-License-Identifier: AGPL-3.0-or-later
# Usage: setup/soak.sh PYTEST...
# Runs the long counts with this command, all from one seed, which is the first and the last thing
# it says. SOAK_SEED=… holds the same ones again.
set -u

seed=${SOAK_SEED:-$(od -An -N6 -tu8 /dev/urandom | tr -d ' ')}
printf 'soak: SOAK_SEED=%s\n' "$seed"
HYPOTHESIS_PROFILE=thorough SOAK_SEED=$seed "$@" --hypothesis-seed="$seed"
status=$?
if [ "$status" -eq 0 ]; then
    printf 'soak: all passed, SOAK_SEED=%s\n' "$seed"
else
    printf 'soak: not passed (exit status %s), SOAK_SEED=%s\n' "$status" "$seed"
fi
exit "$status"
