# shellcheck shell=bash
# Sourced by ./run, ./test and tools/*.sh: steps with the time that has passed, and stamps that keep
# work from being done twice.

: "${PROVISO_STARTED:=$(date +%s)}"
export PROVISO_STARTED

# step TEXT: one line, with the seconds since the first script began.
step() { printf '[%4ds] %s\n' "$(($(date +%s) - PROVISO_STARTED))" "$*"; }

# fail TEXT: says why on standard error and ends the script.
fail() {
  printf 'proviso: %s\n' "$*" >&2
  exit 1
}

# stamp_is NAME FILE...: whether stamp NAME was set when the files were as they are now.
stamp_is() {
  local name=$1
  shift
  [[ -f build/stamps/$name ]] && [[ "$(cat "build/stamps/$name")" == "$(cat "$@" | sha256sum)" ]]
}

# set_stamp NAME FILE...: what stamp_is will find.
set_stamp() {
  local name=$1
  shift
  mkdir -p build/stamps
  cat "$@" | sha256sum >"build/stamps/$name"
}
