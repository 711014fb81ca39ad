"""Reference numbers of AdamW, clipping, the mean of the weights and preconditioned gradients, in float64 by PyTorch.

Run: python scripts/reference/optim.py > test/fixtures/reference/optim.json      (torch 2.15)
"""
import json
import torch

torch.manual_seed(7)
torch.set_default_dtype(torch.float64)
start = [(torch.randn(6) * 64).round() / 64, (torch.randn(3) * 64).round() / 64]
gradients = [[(torch.randn(6) * 64).round() / 64, (torch.randn(3) * 64).round() / 64] for _ in range(5)]
parameters = [torch.nn.Parameter(t.clone()) for t in start]
mean = torch.optim.swa_utils.get_swa_avg_fn()
average = [torch.zeros_like(t) for t in start]
optimizer = torch.optim.AdamW(parameters, lr=0.01, weight_decay=0.1)
norms, after = [], []
for count, step in enumerate(gradients):
    for parameter, gradient in zip(parameters, step):
        parameter.grad = gradient.clone()
    norms.append(float(torch.nn.utils.clip_grad_norm_(parameters, 2.0)))
    optimizer.step()
    after.append([p.tolist() for p in parameters])
    average = [mean(a, p.detach(), count) for a, p in zip(average, parameters)]
a, b, grad_a, grad_b = (torch.randn(*shape) for shape in ((3, 5), (4, 3), (3, 5), (4, 3)))


def damped(gramian):
    return gramian + 0.05 * gramian.diagonal().mean() * torch.eye(3)


pair = {"a": a, "b": b, "gradA": grad_a, "gradB": grad_b,
        "afterA": torch.linalg.solve(damped(b.T @ b), grad_a), "afterB": torch.linalg.solve(damped(a @ a.T), grad_b, left=False)}
print(json.dumps({"lr": 0.01, "weightDecay": 0.1, "maxNorm": 2.0, "start": [t.tolist() for t in start],
                  "gradients": [[t.tolist() for t in step] for step in gradients], "norms": norms, "after": after,
                  "mean": [t.tolist() for t in average],
                  "pair": {name: tensor.flatten().tolist() for name, tensor in pair.items()}}))
