#!/bin/sh
# `npm test [-- VITEST ARGUMENTS]`: sets up what is missing, then types, lint and every test.
# Ends with a line `N passed, N failed, N skipped`.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
"$root/scripts/setup.sh"
. "$root/scripts/node.sh"
use_node
cd "$root"
PATH="$root/node_modules/.bin:$PATH:/usr/sbin:/sbin"
if [ $# -eq 0 ]; then
  echo 'types (tsc)' && tsc -p .
  echo 'style (biome)' && biome check .
fi
echo 'tests (vitest)'
exec vitest run --reporter=default --reporter="$root/scripts/count-reporter.ts" "$@"
