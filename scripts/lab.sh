#!/bin/sh
# `npm run lab [-- NAME]`: sets up what is missing, then runs a lab (private-s3 unless named).
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
"$root/scripts/setup.sh"
exec "$root/postern" lab "${1:-private-s3}"
