# shellcheck shell=bash
# What the scripts share; sourced, not run.

# shellcheck disable=SC2034 # used by those who source this
repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

say() { printf '\n== %s\n' "$*" >&2; }

fail() {
  printf '%s: %s\n' "$(basename "$0")" "$*" >&2
  exit 1
}

# need COMMAND PACKAGE...: COMMAND is there, or comes from Debian's packages.
need() {
  command -v "$1" >/dev/null || install_packages "${@:2}"
  hash -r
  command -v "$1" >/dev/null || fail "'$1' is missing although the package $2 is installed"
}

# as_root COMMAND...
as_root() {
  if [[ $EUID -eq 0 ]]; then "$@"; else sudo "$@"; fi
}

install_packages() {
  command -v apt-get >/dev/null || fail "$* is missing and there is no apt-get: install it by hand"
  [[ $EUID -eq 0 ]] || command -v sudo >/dev/null || fail "$* is missing: run 'apt-get install $*' as root"
  say "installing $*"
  local log
  log=$(mktemp)
  if ! { as_root apt-get update -qq && as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends "$@"; } >"$log" 2>&1; then
    cat "$log" >&2
    fail "apt-get could not install $*"
  fi
  rm -f "$log"
}

# A TCP port of this machine that nobody listens on.
free_port() {
  python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# on_exit COMMAND...: runs when the script ends, however it ends.
on_exit() {
  # shellcheck disable=SC2064
  trap "$(printf '%q ' "$@")" EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
}

# run COMMAND...: as a child that a signal to this script reaches at once.
# Bash runs traps only between commands, so it must not wait in the foreground.
run() {
  "$@" <&0 &
  child=$!
  local status=0
  wait "$child" || status=$?
  child=
  return "$status"
}

# stop PID [SECONDS]: asks the process to end, makes it after SECONDS, and reaps
# it. A negative PID is a process group, as for kill.
stop() {
  [[ -n ${1:-} ]] || return 0
  kill -TERM -- "$1" 2>/dev/null || return 0
  local tries=$((${2:-10} * 10))
  while kill -0 -- "$1" 2>/dev/null && ((tries-- > 0)); do sleep 0.1; done
  kill -KILL -- "$1" 2>/dev/null || true
  wait "${1#-}" 2>/dev/null || true
}
