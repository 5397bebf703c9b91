#!/bin/sh
# `npm run lab [-- NAME]`: sets up what is missing, then runs a lab (private-s3 unless named).
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
"$root/scripts/setup.sh"
[ $# -gt 0 ] || set -- private-s3
exec "$root/postern" lab "$@"
