#!/bin/sh
# `npm run bench`: sets up what is missing, then measures Postern against its peers, as ratios.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
"$root/scripts/setup.sh"
. "$root/scripts/node.sh"
use_node
cd "$root"
exec node bench/bench.ts "$@"
