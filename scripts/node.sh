# Sourced: puts a Node.js that runs TypeScript (24 or newer) first on the PATH, from the machine or from .runtime.
# $root is the checkout.

node_major() { "$1" -p 'process.versions.node.split(".")[0]' 2>/dev/null || echo 0; }

runtime_bin() {
  for bin in "$root"/.runtime/node_modules/node-linux-*/bin; do
    [ -x "$bin/node" ] && echo "$bin" && return
  done
}

use_node() {
  # Types are stripped and modules compiled once, not at every start; in the checkout, where nobody else may write.
  NODE_COMPILE_CACHE=${NODE_COMPILE_CACHE:-$root/.runtime/compile-cache}
  export NODE_COMPILE_CACHE
  if [ "$(node_major node)" -ge 24 ]; then return 0; fi
  bin=$(runtime_bin)
  [ -n "$bin" ] || return 1
  PATH="$bin:$PATH"
  export PATH
}
