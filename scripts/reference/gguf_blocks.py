"""Writes test/fixtures/reference/gguf.json: blocks of every type that we read, with the values that the Python package
`gguf` reads from them (both as hex), values with the blocks of the types that we write, and hashes of whole tensors of
the default model.

    python scripts/reference/gguf_blocks.py SmolLM2-135M-Instruct.Q4_1.gguf

Needs gguf 0.19 and numpy. The blocks are random bytes with finite float16 scales.
"""
import hashlib
import json
import sys
from pathlib import Path

import numpy as np
from gguf import GGML_QUANT_SIZES, GGMLQuantizationType as Type, GGUFReader, dequantize, quantize

# Where the float16 numbers of a block lie (byte offsets).
HALVES = {
    Type.F16: [0], Type.BF16: [0], Type.Q8_0: [0], Type.Q4_0: [0], Type.Q4_1: [0, 2], Type.Q5_0: [0],
    Type.Q5_1: [0, 2], Type.Q4_K: [0, 2], Type.Q5_K: [0, 2], Type.Q6_K: [208],
}
TENSORS = ["token_embd.weight", "blk.0.attn_q.weight", "blk.29.ffn_down.weight", "output_norm.weight"]
OUT = Path(__file__).parents[2] / "test" / "fixtures" / "reference" / "gguf.json"


def random_blocks(rng, kind):
    block, size = GGML_QUANT_SIZES[kind]
    count = 16 if block == 1 else 2
    blocks = rng.integers(0, 256, (count, size), dtype=np.uint8)
    for at in HALVES[kind]:
        if kind == Type.BF16:
            scales = (rng.standard_normal(count).astype(np.float32).view(np.uint32) >> 16).astype(np.uint16)
        else:
            # The last is subnormal.
            scales = (rng.standard_normal(count) * np.array([1.0] * (count - 1) + [1e-6])).astype(np.float16)
        blocks[:, at:at + 2] = scales.view(np.uint8).reshape(count, 2)
    return blocks


def main():
    rng = np.random.default_rng(42)
    blocks = []
    for kind in HALVES:
        raw = random_blocks(rng, kind)
        values = dequantize(raw.reshape(-1), kind).astype(np.float32).reshape(-1)
        blocks.append({"type": kind.name, "bytes": raw.tobytes().hex(), "float32": values.tobytes().hex()})
    # weights as they are, all zero, and halves between two steps
    values = np.concatenate([rng.standard_normal(64) * 0.05, np.zeros(32), np.arange(-63.5, 64.5, 4), [127.0] + [0.5] * 31])
    values = values.astype(np.float32).reshape(1, -1)
    written = [{"type": kind.name, "float32": values.tobytes().hex(), "bytes": quantize(values, kind).tobytes().hex()}
               for kind in [Type.F16, Type.Q8_0]]
    reader = GGUFReader(sys.argv[1])
    hashes = {}
    for tensor in reader.tensors:
        if tensor.name in TENSORS:
            values = np.ascontiguousarray(dequantize(tensor.data, tensor.tensor_type), dtype=np.float32)
            hashes[tensor.name] = {"type": tensor.tensor_type.name, "shape": list(values.shape),
                                   "sha256": hashlib.sha256(values.tobytes()).hexdigest()}
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps({"blocks": blocks, "written": written, "defaultModel": hashes}, indent=1) + "\n")


main()
