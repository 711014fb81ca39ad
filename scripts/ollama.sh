#!/usr/bin/env bash
# Builds the Ollama that the tests talk to into .cache/ollama/bin (T2S_OLLAMA names it). Needs Go, apt (as root) and pip.
set -euo pipefail
cd "$(dirname "$0")/.."
version=0.17.4
target="$PWD/.cache/ollama"
if [ -x "$target/bin/ollama" ] && "$target/bin/ollama" --version 2>&1 | grep -q "$version"; then exit 0; fi
mkdir -p "$target/include/miniaudio"

# Headers that Go's module archives leave out.
apt-get update -qq
apt-get install -y -qq --no-install-recommends g++ libstb-dev nlohmann-json3-dev >/dev/null
python3 -m pip download --quiet --disable-pip-version-check --no-deps --no-binary :all: \
  --dest "$target/source" miniaudio==1.61
tar xzf "$target"/source/miniaudio-*.tar.gz -C "$target/source"
cp "$target"/source/miniaudio-*/miniaudio/miniaudio.h "$target/include/miniaudio/"

# Without -march no vector instructions are compiled in, and it is five times slower.
flags="-O3 -march=x86-64-v3 -I $target/include"
CGO_CFLAGS="$flags" CGO_CXXFLAGS="$flags -I /usr/include" GOBIN="$target/bin" go install \
  -ldflags "-X=github.com/ollama/ollama/version.Version=$version" "github.com/ollama/ollama@v$version"
