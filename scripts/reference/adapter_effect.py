"""Prints next-token log-probabilities of a base and of the base with adapters; called by adapter-effect.ts.

    python adapter_effect.py FOLDER ADAPTER...

FOLDER holds base/ (transformers), one PEFT folder for each ADAPTER and ids.json. Of each of the last eight positions
the 24 most probable tokens of the base are kept.
"""
import json
import sys
from pathlib import Path

import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM

POSITIONS, KEPT = 8, 24


def log_probabilities(model, ids):
    with torch.no_grad():
        logits = model(torch.tensor([ids])).logits[0, -POSITIONS:]
    return torch.log_softmax(logits.double(), -1)


def main():
    folder = Path(sys.argv[1])
    ids = json.loads((folder / "ids.json").read_text())
    torch.set_num_threads(2)
    load = lambda: AutoModelForCausalLM.from_pretrained(folder / "base", dtype=torch.float32).eval()
    base = log_probabilities(load(), ids)
    kept = base.topk(KEPT).indices
    rows = lambda table: [[round(v, 6) for v in row] for row in table.gather(1, kept).tolist()]
    adapters = {}
    for name in sys.argv[2:]:
        model = PeftModel.from_pretrained(load(), folder / name).eval()
        adapters[name] = rows(log_probabilities(model, ids))
    result = {"ids": ids, "positions": POSITIONS, "tokenIds": kept.tolist(), "base": rows(base), "adapters": adapters}
    print(json.dumps(result))


main()
