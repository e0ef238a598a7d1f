#!/usr/bin/env bash
# Installs what is missing, and only that.
#
#   tools/provision.sh build          to build and run (what ./run needs, without the model)
#   tools/provision.sh build test     to test as well (what ./test needs)
#   tools/provision.sh bench          for the benchmarks
#
# Debian packages come from tools/packages*.txt, as root or by sudo; Python packages go to .venv and
# npm packages to node_modules in tests/sdk/node, tests/mcp/node and tests/cedar, all pinned. When nothing
# is missing it takes a moment.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source tools/steps.sh

# at_least HAVE WANT: compares versions.
at_least() { [[ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n1)" == "$2" ]]; }

# tool_version NAME: the version of a tool on the PATH, or nothing.
tool_version() {
  command -v "$1" >/dev/null || return 0
  case $1 in
    go) go version ;;
    nginx | wrk) "$1" -v ;;
    *) "$1" --version ;;
  esac 2>&1 | grep -oE '[0-9]+(\.[0-9]+)+' | head -n1 || true
}

# missing_packages LIST...: the Debian packages of these lists that are not there.
missing_packages() {
  local package condition tool have
  sed -e 's/#.*//' "$@" | while read -r package condition; do
    [[ -n $package ]] || continue
    if [[ $condition == unless=* ]]; then
      tool=${condition#unless=}
      have=$(tool_version "${tool%%:*}")
      [[ -n $have ]] && at_least "$have" "${tool##*:}" && continue
    fi
    [[ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" == installed ]] || echo "$package"
  done
}

install_packages() {
  local -a missing as_root=()
  mapfile -t missing < <(missing_packages "$@")
  ((${#missing[@]})) || return 0
  command -v apt-get >/dev/null ||
    fail "these packages are missing and this is not Debian; install what they hold by hand: ${missing[*]}"
  if ((EUID != 0)); then
    command -v sudo >/dev/null ||
      fail "packages are missing and there is no sudo; as root: apt-get install ${missing[*]}"
    as_root=(sudo)
  fi
  step "installing ${#missing[@]} Debian packages: ${missing[*]}"
  if ! "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends "${missing[@]}" >build/apt.log 2>&1; then
    step "reading the package lists anew"
    "${as_root[@]}" apt-get update -qq >>build/apt.log 2>&1 || true
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
      apt-get install -y -qq --no-install-recommends "${missing[@]}" >>build/apt.log 2>&1 ||
      fail "apt-get install failed: $(tail -n3 build/apt.log | tr '\n' ' ')(all of it: build/apt.log)"
  fi
}

install_python() {
  [[ -x .venv/bin/python ]] && stamp_is python tools/requirements.txt && return 0
  local python=python3
  at_least "$(tool_version python3)" 3.10 || python=/usr/bin/python3
  step "installing the official Python SDKs into .venv"
  [[ -x .venv/bin/python ]] || "$python" -m venv .venv
  .venv/bin/pip install -q --disable-pip-version-check --only-binary=:all: -r tools/requirements.txt ||
    fail "pip could not install tools/requirements.txt; see its message above"
  set_stamp python tools/requirements.txt
}

# install_node NAME FOLDER WHAT: the npm packages of a folder, as its lock has them.
install_node() {
  local name=$1 folder=$2 what=$3
  [[ -d $folder/node_modules ]] && stamp_is "$name" "$folder/package.json" "$folder/package-lock.json" && return 0
  step "installing $what into $folder/node_modules"
  (cd "$folder" && npm ci --silent --no-audit --no-fund --ignore-scripts) ||
    fail "npm could not install $folder/package-lock.json; see its message above"
  set_stamp "$name" "$folder/package.json" "$folder/package-lock.json"
}

[[ -d /usr/local/go/bin ]] && PATH=$PATH:/usr/local/go/bin
mkdir -p build
(($#)) || set -- build
for part in "$@"; do
  case $part in
    build)
      install_packages tools/packages.txt
      install_python
      ;;
    test)
      install_packages tools/packages-test.txt
      install_node node tests/sdk/node "the official JavaScript SDKs"
      install_node mcp tests/mcp/node "the official TypeScript MCP SDK"
      install_node cedar tests/cedar "the reference engine of Cedar"
      ;;
    bench) install_packages tools/packages-bench.txt ;;
    *) fail "tools/provision.sh: \"$part\" is none of build, test, bench" ;;
  esac
done
step "everything that is needed is installed"
