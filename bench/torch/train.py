"""Times LoRA training steps of PyTorch + transformers + PEFT on a CPU, for comparison with our trainer.

    python bench/torch/train.py --model FOLDER --adapter FOLDER --batch FILE
        [--settings f32,bf16,bf16-autocast] [--micro-batches 4,16] [--logits answer] [--steps 3] [--threads 2]

Input (torch.ts writes all three):
  --model    folder with config.json and model.safetensors (llama, float32)
  --adapter  PEFT folder with the LoRA at the start of training: both sides start from the same numbers. Dropout must be 0
  --batch    JSON {"sequences": [{"ids": [int…], "lossMask": [0|1…]}…]}, one batch = one optimiser step.
             lossMask[i] = 1: token i is an answer token, predicted from the tokens before it.

Settings: f32; bf16 = base and LoRA in bfloat16; bf16-autocast = float32 weights under torch.autocast. A micro-batch is
what goes through the model at once; gradients accumulate over the batch, then one AdamW step. The loss is the mean over
the answer tokens of the whole batch.

What is done in PyTorch's favour, without changing a gradient:
  - sequences are sorted by length and padded on the right to the longest of their micro-batch alone, and no attention
    mask is passed: under causal attention no token sees what stands to its right, so padding needs none, and the fast
    causal kernel is used. Padding is computed where lengths differ but never counted as work done.
  - --logits answer (default) computes logits for answer tokens only; --logits all does what `model(labels=…)` does.
  - fused AdamW; activations are kept. Only a setting for which the free memory is too small is run again with gradient
    checkpointing ("checkpointing": true), which costs it little speed. Memory is limited so that nothing else is killed.

Prints one JSON line a setting: {"setting", "microBatch", "logits", "secondsPerBatch" (median of --steps; the first
micro-batch runs once before), "seconds", "examplesPerSecond", "tokensPerSecond" (without padding), "paddedTokens",
"loss" and "gradNorm" (of the first step, before its update), "peakMb" (resident, each setting in a process of its own),
"checkpointing", "threads", "torch"}. A setting that fails prints {"setting", "microBatch", "error"}.
"""
import argparse
import json
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

SETTINGS = ("f32", "bf16", "bf16-autocast")


def parse_arguments():
    parser = argparse.ArgumentParser(description="Times LoRA training steps of PyTorch, transformers and PEFT.")
    parser.add_argument("--model", required=True)
    parser.add_argument("--adapter", required=True)
    parser.add_argument("--batch", required=True)
    parser.add_argument("--settings", default=",".join(SETTINGS))
    parser.add_argument("--micro-batches", default="4,16")
    parser.add_argument("--logits", choices=("answer", "all"), default="answer")
    parser.add_argument("--steps", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--learning-rate", type=float, default=5e-4)
    parser.add_argument("--checkpointing", action="store_true", help="keep layer inputs only, compute the rest again")
    parser.add_argument("--here", action="store_true", help="one setting, in this process: what the script calls itself with")
    return parser.parse_args()


def load_model(args, setting):
    import torch
    from peft import PeftModel
    from transformers import AutoModelForCausalLM

    dtype = torch.bfloat16 if setting == "bf16" else torch.float32
    base = AutoModelForCausalLM.from_pretrained(args.model, dtype=dtype, attn_implementation="sdpa")
    model = PeftModel.from_pretrained(base, args.adapter, is_trainable=True, autocast_adapter_dtype=False)
    dropout = model.peft_config["default"].lora_dropout
    if dropout != 0:
        sys.exit(f"{args.adapter} has dropout {dropout}; 0 is wanted, or the two sides would compute different things")
    if setting == "bf16":
        model.to(torch.bfloat16)
    if args.checkpointing:
        base.gradient_checkpointing_enable({"use_reentrant": False})
    model.train()
    return model


def micro_batches(sequences, size):
    """Tensors ids and lossMask [sequences, length], the longest first so that memory is reserved once."""
    import torch

    ordered = sorted(sequences, key=lambda sequence: len(sequence["ids"]), reverse=True)
    for start in range(0, len(ordered), size):
        part = ordered[start:start + size]
        width = len(part[0]["ids"])
        ids = torch.zeros(len(part), width, dtype=torch.long)
        mask = torch.zeros(len(part), width, dtype=torch.bool)
        for row, sequence in enumerate(part):
            length = len(sequence["ids"])
            ids[row, :length] = torch.tensor(sequence["ids"])
            mask[row, :length] = torch.tensor(sequence["lossMask"], dtype=torch.bool)
        yield ids, mask


def loss_sum(model, ids, mask, logits_of):
    """Sum of the cross-entropy over the answer tokens."""
    import torch

    llama = model.get_base_model()
    hidden = llama.model(input_ids=ids, use_cache=False).last_hidden_state[:, :-1]
    targets, is_answer = ids[:, 1:], mask[:, 1:]
    if logits_of == "answer":
        return torch.nn.functional.cross_entropy(
            llama.lm_head(hidden[is_answer]).float(), targets[is_answer], reduction="sum")
    labels = targets.masked_fill(~is_answer, -100)
    return torch.nn.functional.cross_entropy(
        llama.lm_head(hidden).float().flatten(0, 1), labels.flatten(), ignore_index=-100, reduction="sum")


def time_setting(args, setting, size):
    import torch

    torch.set_num_threads(args.threads)
    sequences = json.loads(Path(args.batch).read_text())["sequences"]
    answer_tokens = sum(sum(sequence["lossMask"][1:]) for sequence in sequences)
    parts = list(micro_batches(sequences, size))
    model = load_model(args, setting)
    parameters = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(parameters, lr=args.learning_rate, weight_decay=0.0, fused=True)

    def run(part):
        with torch.autocast("cpu", torch.bfloat16, enabled=setting == "bf16-autocast"):
            loss = loss_sum(model, *part, args.logits) / answer_tokens
        loss.backward()
        return loss.item()

    run(parts[0])
    seconds, losses, norms = [], [], []
    for _ in range(args.steps):
        start = time.perf_counter()
        optimizer.zero_grad(set_to_none=True)
        losses.append(sum(run(part) for part in parts))
        backward_done = time.perf_counter()
        norms.append(torch.linalg.vector_norm(
            torch.stack([torch.linalg.vector_norm(p.grad.float()) for p in parameters])).item())
        step_start = time.perf_counter()
        optimizer.step()
        seconds.append(time.perf_counter() - step_start + backward_done - start)
    return report(args, setting, size, sequences, parts, seconds, losses[0], norms[0])


def report(args, setting, size, sequences, parts, seconds, loss, norm):
    import torch

    median = statistics.median(seconds)
    tokens = sum(len(sequence["ids"]) for sequence in sequences)
    unit = 1 if sys.platform == "darwin" else 1024
    return {
        "setting": setting,
        "microBatch": size,
        "logits": args.logits,
        "secondsPerBatch": round(median, 4),
        "seconds": [round(value, 4) for value in seconds],
        "examplesPerSecond": round(len(sequences) / median, 4),
        "tokensPerSecond": round(tokens / median, 2),
        "paddedTokens": sum(ids.numel() for ids, _ in parts) - tokens,
        "loss": loss,
        "gradNorm": norm,
        "peakMb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6),
        "checkpointing": args.checkpointing,
        "threads": args.threads,
        "torch": torch.__version__,
    }


def limit_memory():
    """Makes allocations fail where the machine would run out, instead of having the system kill a process of its choice."""
    meminfo = Path("/proc/meminfo")
    if meminfo.exists():
        available = next(line for line in meminfo.read_text().splitlines() if line.startswith("MemAvailable"))
        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        limit = int(0.9 * 1024 * int(available.split()[1]))
        resource.setrlimit(resource.RLIMIT_DATA, (limit if hard == resource.RLIM_INFINITY else min(limit, hard), hard))


def run_in_own_process(args, setting, size, checkpointing):
    """Peak memory is a property of a process. Returns what the process says, or {"error"}."""
    options = [f"--{name.replace('_', '-')}={value}" for name, value in vars(args).items()
               if name not in ("settings", "micro_batches", "checkpointing", "here")]
    options += ["--checkpointing"] if checkpointing else []
    command = [sys.executable, __file__, *options, f"--settings={setting}", f"--micro-batches={size}", "--here"]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode == 0:
        return json.loads(done.stdout)
    return {"setting": setting, "microBatch": size, "error": f"exit {done.returncode}: {done.stderr.strip()[-400:]}"}


def is_out_of_memory(result):
    error = result.get("error", "")
    return "allocate memory" in error or "MemoryError" in error or error.startswith("exit -9")


def main():
    args = parse_arguments()
    settings = args.settings.split(",")
    unknown = set(settings) - set(SETTINGS)
    if unknown:
        sys.exit(f"unknown settings {', '.join(sorted(unknown))}; known are {', '.join(SETTINGS)}")
    sizes = [int(size) for size in args.micro_batches.split(",")]
    if args.here:
        limit_memory()
        print(json.dumps(time_setting(args, settings[0], sizes[0])), flush=True)
        return
    for setting in settings:
        for size in sizes:
            result = run_in_own_process(args, setting, size, args.checkpointing)
            if is_out_of_memory(result):
                result = run_in_own_process(args, setting, size, True)
            print(json.dumps(result), flush=True)


main()
