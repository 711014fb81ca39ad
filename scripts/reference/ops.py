"""Reference numbers for every operation of the training engine: forward and gradient in float64 by PyTorch.

Run: python scripts/reference/ops.py > test/fixtures/reference/ops.json      (torch 2.15)

A case holds the inputs (multiples of 1/64, so float32 holds them exactly), the attributes as the engine spells them, the
cotangent dy, and what comes out: y, and for each input its gradient or null where the engine sends none.
"""
import json
import torch
import torch.nn.functional as F

torch.manual_seed(20240607)
torch.set_default_dtype(torch.float64)
cases = []


def draw(*shape, scale=1.0):
    return (torch.randn(*shape) * scale * 64).round() / 64


def flat(t):
    return [float(f"{x:.10g}") for x in t.detach().reshape(-1).tolist()]


def case(op, inputs, attributes, function, prepare=None, no_grad=()):
    """`prepare` makes inputs that the engine takes ready made; they come as the tail or middle of its inputs."""
    leaves = [t.clone().requires_grad_(i not in no_grad) for i, t in enumerate(inputs)]
    y = function(*leaves)
    dy = draw(*y.shape)
    differentiable = [t for t in leaves if t.requires_grad]
    grads = iter(torch.autograd.grad(y, differentiable, dy, allow_unused=True)) if differentiable else iter(())
    given = [(t, next(grads) if t.requires_grad else None) for t in leaves]
    if prepare is not None:
        given = prepare(given, leaves)
    cases.append({
        "op": op,
        "attributes": attributes,
        "inputs": [{"shape": list(t.shape), "values": flat(t)} for t, _ in given],
        "dy": flat(dy),
        "shape": list(y.shape),
        "y": flat(y),
        "grads": [None if g is None else flat(g) for _, g in given],
    })


case("add", [draw(3, 4), draw(3, 4)], {}, lambda a, b: a + b)
case("add", [draw(3, 4), draw(4)], {}, lambda a, b: a + b)
case("add", [draw(2, 3, 4), draw(3, 1)], {}, lambda a, b: a + b)
case("sub", [draw(3, 4), draw(3, 1)], {}, lambda a, b: a - b)
case("sub", [draw(3, 1), draw(3, 4)], {}, lambda a, b: a - b)
case("mul", [draw(3, 4), draw(3, 4)], {}, lambda a, b: a * b)
case("mul", [draw(3, 4), draw(1)], {}, lambda a, b: a * b)
for trans_a in (False, True):
    for trans_b in (False, True):
        def product(a, b, trans_a=trans_a, trans_b=trans_b, alpha=1.0):
            return alpha * (a.T if trans_a else a) @ (b.T if trans_b else b)
        attributes = {"transA": trans_a, "transB": trans_b, "alpha": 0.75}
        a = draw(5, 3) if trans_a else draw(3, 5)
        b = draw(4, 5) if trans_b else draw(5, 4)
        case("matmul", [a, b], attributes, lambda a, b: product(a, b, alpha=0.75))
        case("addMatmul", [draw(3, 4), a, b], attributes, lambda c, a, b: c + product(a, b, alpha=0.75))
case("linear", [draw(3, 5), draw(4, 5)], {"name": "q_proj"}, lambda x, w: x @ w.T)


def lora_case():
    x, w, a, b, scale = draw(6, 5), draw(4, 5), draw(2, 5), draw(4, 2), 1.5
    def prepare(given, leaves):
        (x, dx), (w, _), (a, da), (b, db) = given
        return [(x, dx), (w + scale * b @ a, None), (a, da), (b, db)]
    case("loraLinear", [x, w, a, b], {"scale": scale}, lambda x, w, a, b: x @ w.T + scale * (x @ a.T) @ b.T, prepare, (1,))


lora_case()
case("reshape", [draw(4, 6)], {"shape": [2, 12]}, lambda x: x.reshape(2, 12))
case("slice", [draw(5, 6)], {"axis": 0, "start": 1, "end": 4}, lambda x: x[1:4])
case("slice", [draw(5, 6)], {"axis": 1, "start": 2, "end": 6}, lambda x: x[:, 2:6])
case("pad", [draw(2, 3)], {"axis": 0, "start": 1, "size": 5}, lambda x: F.pad(x, (0, 0, 1, 2)))
case("pad", [draw(2, 3)], {"axis": 1, "start": 0, "size": 4}, lambda x: F.pad(x, (0, 1)))
case("concat", [draw(2, 3), draw(2, 1), draw(2, 2)], {"axis": 1}, lambda *xs: torch.cat(xs, 1))
case("concat", [draw(2, 3), draw(1, 3)], {"axis": 0}, lambda *xs: torch.cat(xs, 0))
case("sum", [draw(3, 4)], {"axis": 1}, lambda x: x.sum(1, keepdim=True))
case("sum", [draw(3, 4)], {"axis": 0}, lambda x: x.sum(0, keepdim=True))
case("expand", [draw(3, 1)], {"shape": [3, 4]}, lambda x: x.expand(3, 4))
case("sigmoid", [draw(3, 4, scale=2)], {}, torch.sigmoid)
case("silu", [draw(3, 4, scale=2)], {}, F.silu)
case("softmax", [draw(3, 7, scale=2)], {}, lambda x: F.softmax(x, -1))
case("logSumExp", [draw(3, 7, scale=2)], {}, lambda x: torch.logsumexp(x, -1, keepdim=True))


def rms_scale(x, epsilon):
    return torch.rsqrt((x * x).mean(-1, keepdim=True) + epsilon)


case("rmsNorm", [draw(3, 8), draw(8)], {"epsilon": 1e-2}, lambda x, w: x * rms_scale(x, 1e-2) * w)
case("rmsScale", [draw(3, 8)], {"epsilon": 1e-2}, lambda x: rms_scale(x, 1e-2))


def rotate(x, cos, sin):
    rows, half = cos.shape
    heads = x.reshape(rows, -1, 2, half)
    low, high = heads[:, :, 0], heads[:, :, 1]
    c, s = cos[:, None], sin[:, None]
    return torch.stack((low * c - high * s, high * c + low * s), 2).reshape(rows, -1)


angle = torch.rand(5, 4) * 6
case("rope", [draw(5, 16), (torch.cos(angle) * 64).round() / 64, (torch.sin(angle) * 64).round() / 64], {}, rotate, None, (1, 2))


def weights(q, k, mask, alpha):
    return F.softmax(alpha * q @ k.T + mask, -1)


def attention_cases():
    queries, keys, d, alpha = 4, 6, 8, 0.35
    q, k, v = draw(queries, d), draw(keys, d), draw(keys, d)
    mask = torch.where(torch.arange(keys)[None] <= torch.arange(queries)[:, None] + 1, 0.0, -1e9)
    case("attentionWeights", [q, k, mask], {"alpha": alpha}, lambda q, k, m: weights(q, k, m, alpha), None, (2,))
    def prepare(given, leaves):
        return given + [(weights(q, k, mask, alpha), None)]
    case("attend", [q, k, v], {"alpha": alpha}, lambda q, k, v: weights(q, k, mask, alpha) @ v, prepare)


attention_cases()
print(json.dumps(cases))
