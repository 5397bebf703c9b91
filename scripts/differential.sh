#!/bin/sh
# `npm run differential [-- PROBES [SEED]]`: sets up what is missing, then holds explain against the kernel for long.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
"$root/scripts/setup.sh"
. "$root/scripts/node.sh"
use_node
cd "$root"
exec node scripts/differential.ts "$@"
