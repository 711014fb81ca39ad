"""Reference numbers of a whole tiny llama with LoRA: loss and all gradients, by transformers and PEFT in float64.

Run: python scripts/reference/tiny_llama.py > test/fixtures/reference/tiny-llama.json
     (torch 2.15, transformers 5.23, peft 0.21)

Weights, LoRA and tokens come from a linear congruential generator that test/fixtures/reference/tiny-llama.ts repeats.
Sequences are run one by one, so the numbers know nothing of forests. transformers computes norms and rotary tables in
float32; here both are replaced by the same formulas in float64.
"""
import json
import torch
from peft import LoraConfig, get_peft_model
from transformers import LlamaConfig, LlamaForCausalLM
from transformers.models.llama import modeling_llama

SIZES = dict(hidden_size=32, intermediate_size=48, num_hidden_layers=2, num_attention_heads=4,
             num_key_value_heads=2, vocab_size=61, rope_theta=10000.0, rms_norm_eps=1e-5)
RANK, ALPHA = 4, 8
TARGETS = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
# One root and its children; lone sequences; both, with two roots. (parent, length, index of the first loss token)
FORESTS = {
    "shared": [(-1, 150, None), (0, 40, 30), (0, 60, 45), (0, 33, 0), (0, 70, 50)],
    "lone": [(-1, 50, 20), (-1, 150, 100), (-1, 31, 1)],
    "mixed": [(-1, 20, None), (-1, 40, 35), (-1, 10, 5), (2, 33, 20), (2, 12, 3), (0, 30, 0), (-1, 25, 9)],
}


class Lcg:
    def __init__(self, seed):
        self.state = seed

    def next(self):
        self.state = (self.state * 1664525 + 1013904223) % 2**32
        return self.state / 2**32

    def tensor(self, shape, scale, shift=0.0):
        count = torch.Size(shape).numel()
        values = torch.tensor([(2 * self.next() - 1) * scale + shift for _ in range(count)])
        return values.to(torch.float32).reshape(shape)


def norm(self, x):
    return self.weight * x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.variance_epsilon)


def rotary(self, x, position_ids):
    half = SIZES["hidden_size"] // SIZES["num_attention_heads"] // 2
    frequency = SIZES["rope_theta"] ** (-torch.arange(half, dtype=torch.float64) / half)
    angle = position_ids[..., None].double() * frequency
    angle = torch.cat((angle, angle), -1)
    return angle.cos(), angle.sin()


modeling_llama.LlamaRMSNorm.forward = norm
modeling_llama.LlamaRotaryEmbedding.forward = rotary


def build():
    model = LlamaForCausalLM(LlamaConfig(**SIZES, tie_word_embeddings=True, max_position_embeddings=512,
                                         attn_implementation="sdpa")).double()
    lcg = Lcg(1)
    with torch.no_grad():
        for name, parameter in sorted(model.named_parameters()):
            is_norm = parameter.dim() == 1
            parameter.copy_(lcg.tensor(parameter.shape, 0.3 if is_norm else 0.25, 1.0 if is_norm else 0.0))
        model = get_peft_model(model, LoraConfig(r=RANK, lora_alpha=ALPHA, lora_dropout=0.0, target_modules=TARGETS)).double()
        lcg = Lcg(2)
        trained = [(n, p) for n, p in sorted(model.named_parameters()) if "lora_" in n]
        for _, parameter in trained:
            parameter.copy_(lcg.tensor(parameter.shape, 0.2))
    return model, trained


def sequences(forest, lcg):
    tokens = [[int(lcg.next() * SIZES["vocab_size"]) for _ in range(length)] for _, length, _ in forest]
    for i, (parent, length, first) in enumerate(forest):
        before = tokens[parent] if parent >= 0 else []
        if first is not None:
            yield i, before + tokens[i], len(before) + first


def numbers(tensor):
    return [float(f"{x:.8g}") for x in tensor.detach().reshape(-1).tolist()]


def main():
    model, trained = build()
    result = {}
    for name, forest in FORESTS.items():
        model.zero_grad()
        loss_sum, log_probs = 0.0, [[] for _ in forest]
        for i, ids, first in sequences(forest, Lcg(3)):
            logits = model(input_ids=torch.tensor([ids])).logits[0]
            target = torch.tensor(ids)
            chosen = torch.log_softmax(logits[:-1], -1).gather(1, target[1:, None])[first - 1:, 0]
            (-chosen.sum()).backward()
            loss_sum -= float(chosen.sum())
            log_probs[i] = numbers(chosen)
        grads = {n.replace("base_model.model.", "").replace(".default.weight", ""): numbers(p.grad) for n, p in trained}
        result[name] = {"forest": forest, "lossSum": loss_sum, "logProbs": log_probs, "grads": grads}
    print(json.dumps({"sizes": SIZES, "rank": RANK, "alpha": ALPHA, "targetModules": TARGETS, "forests": result}))


main()
