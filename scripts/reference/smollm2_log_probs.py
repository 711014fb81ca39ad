"""Log-probabilities of the bundled model's own weights by transformers: GGUF dequantised to float32, no tokenizer.

Run: python scripts/reference/smollm2_log_probs.py FOLDER FILE.gguf > test/fixtures/reference/smollm2-log-probs.json
     (torch 2.15, transformers 5.23, gguf; SmolLM2-135M-Instruct.Q4_1.gguf)
"""
import json
import sys
import torch
from transformers import AutoModelForCausalLM

model = AutoModelForCausalLM.from_pretrained(sys.argv[1], gguf_file=sys.argv[2], dtype=torch.float32).double()
token_ids = [1] + [(i * 37 + 5) % 2000 + 500 for i in range(47)]
with torch.no_grad():
    logits = model(torch.tensor([token_ids])).logits[0]
chosen = torch.log_softmax(logits[:-1], -1).gather(1, torch.tensor(token_ids)[1:, None])[:, 0]
print(json.dumps({"tokenIds": token_ids, "logProbs": [round(x, 7) for x in chosen.tolist()]}))
