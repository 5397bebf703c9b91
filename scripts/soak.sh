#!/bin/sh
# `npm run soak [-- MINUTES]`: sets up what is missing, then keeps an endpoint service under load while its zones fail.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
"$root/scripts/setup.sh"
. "$root/scripts/node.sh"
use_node
cd "$root"
exec node bench/soak.ts "$@"
