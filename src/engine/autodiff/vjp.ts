/**
 * The derivative of every operation as a vector–Jacobian product: from the cotangent dy of a value to the cotangents of
 * its inputs, built of operations of the same list, so that the backward pass is a graph too. Knows no order of
 * evaluation: backward.ts walks.
 */
import type { Value } from "../graph/graph.ts";
import {
  add,
  expand,
  linearInt8,
  matmul,
  mul,
  pad,
  reshape,
  rmsScale,
  rope,
  scalar,
  sigmoid,
  slice,
  softmax,
  sub,
  sum,
} from "../graph/build.ts";
import type { Op, Shape } from "../graph/op.ts";

/** Of a value y with cotangent dy: the cotangent of each input, undefined where none flows. */
type VjpRule<O extends Op> = (
  y: Extract<Value, { op: O }>,
  dy: Value,
) => readonly (Value | undefined)[];

export type VjpRules = { readonly [O in Op]: VjpRule<O> | "none" };

export const vjpRules: VjpRules = {
  input: "none",
  scalar: "none",
  fromHalf: "none",
  fromBlocks: "none",
  fromInt8: "none",

  // d(a + b) = da + db
  add: ({ inputs: [a, b] }, dy) => [sumTo(dy, a.shape), sumTo(dy, b.shape)],
  // d(a − b) = da − db
  sub: ({ inputs: [a, b] }, dy) => [sumTo(dy, a.shape), sumTo(negative(dy), b.shape)],
  // d(a·b) = b·da + a·db
  mul: ({ inputs: [a, b] }, dy) => [sumTo(mul(dy, b), a.shape), sumTo(mul(dy, a), b.shape)],

  matmul: ({ inputs: [a, b], attributes }, dy) => matmulVjp(a, b, attributes, dy),
  addMatmul: ({ inputs: [, a, b], attributes }, dy) => [dy, ...matmulVjp(a, b, attributes, dy)],

  // y = x·wᵀ: dx = dy·w, dw = dyᵀ·x
  linear: ({ inputs: [x, weight] }, dy) => [matmul(dy, weight), matmul(dy, x, { transA: true })],

  // y = x·(W + s·b·a)ᵀ: dx = dy·merged, da = (s·dy·b)ᵀ·x, db = s·dyᵀ·(x·aᵀ)
  loraLinear: ({ inputs: [x, merged, a, b], attributes: { scale } }, dy) => [
    matmul(dy, merged),
    undefined,
    matmul(matmul(dy, b, { alpha: scale }), x, { transA: true }),
    matmul(dy, matmul(x, a, { transB: true }), { transA: true, alpha: scale }),
  ],

  // dx = dy·w, the rows of dy rounded as those of x were; the matrix is frozen.
  linearInt8: ({ inputs: [, codes, scales, backCodes, backScales] }, dy) => [
    linearInt8(dy, [backCodes, backScales, codes, scales]),
    undefined,
    undefined,
    undefined,
    undefined,
  ],

  reshape: ({ inputs: [x] }, dy) => [reshape(dy, x.shape)],
  slice: ({ inputs: [x], attributes: { axis, start } }, dy) => [
    pad(dy, axis, start, x.shape[axis]),
  ],
  pad: ({ inputs: [x], attributes: { axis, start } }, dy) => [
    slice(dy, axis, start, start + x.shape[axis]),
  ],
  concat: ({ inputs, attributes: { axis } }, dy) => {
    let start = 0;
    return inputs.map(({ shape }) => slice(dy, axis, start, (start += shape[axis])));
  },
  sum: ({ inputs: [x] }, dy) => [expand(dy, x.shape)],
  expand: ({ inputs: [x] }, dy) => [sumTo(dy, x.shape)],

  // y' = y·(1 − y)
  sigmoid: (y, dy) => [mul(dy, mul(y, sub(scalar(1), y)))],
  // y = x·σ: y' = σ·(1 + x − y)
  silu: (y, dy) => {
    const [x] = y.inputs;
    return [mul(dy, mul(sigmoid(x), sub(add(x, scalar(1)), y)))];
  },
  // dx = y·(dy − Σ dy·y)
  softmax: (y, dy) => [mul(y, sub(dy, sum(mul(dy, y), y.shape.length - 1)))],
  // dx = softmax(x)·dy
  logSumExp: ({ inputs: [x] }, dy) => [mul(softmax(x), dy)],

  // With s = 1/√(mean x² + ε), n = x·s: dx = s·(dy·w − n·mean(dy·w·n)), dw = Σ dy·n
  rmsNorm: ({ inputs: [x, weight], attributes: { epsilon } }, dy) => {
    const features = x.shape[1];
    const scale = rmsScale(x, epsilon);
    const dn = mul(dy, weight);
    const mean = mul(sum(mul(dn, x), 1), scalar(1 / features));
    const dx = mul(sub(dn, mul(x, mul(mean, mul(scale, scale)))), scale);
    return [dx, sumTo(mul(dy, mul(x, scale)), weight.shape)];
  },
  // s = (mean x² + ε)^−½: dx = −dy·s³·x / features
  rmsScale: (y, dy) => {
    const [x] = y.inputs;
    const factor = mul(mul(y, mul(y, y)), scalar(-1 / x.shape[x.shape.length - 1]));
    return [mul(x, mul(dy, factor))];
  },
  // A rotation: its transpose turns back.
  rope: ({ inputs: [, cos, sin] }, dy) => [rope(dy, cos, negative(sin)), undefined, undefined],

  // p = softmax(s), s = α·q·kᵀ + mask: ds = p·(dp − Σ dp·p)
  attentionWeights: (p, dp) => {
    const [q, k] = p.inputs;
    const ds = mul(p, sub(dp, sum(mul(dp, p), 1)));
    return [...scoreVjp(q, k, ds, p.attributes.alpha), undefined];
  },
  // o = p·v: dv = pᵀ·do, ds = p·(do·vᵀ − Σ do·o), since Σ dp·p = Σ do·o
  attend: (o, dO) => {
    const [q, k, v, p] = o.inputs;
    const ds = mul(p, sub(matmul(dO, v, { transB: true }), sum(mul(dO, o), 1)));
    const [dq, dk] = scoreVjp(q, k, ds, o.attributes.alpha);
    return [dq, dk, matmul(p, dO, { transA: true }), undefined];
  },
};

const negative = (x: Value): Value => mul(x, scalar(-1));

/** s = α·q·kᵀ: dq = α·ds·k, dk = α·dsᵀ·q */
const scoreVjp = (q: Value, k: Value, ds: Value, alpha: number): readonly [Value, Value] => [
  matmul(ds, k, { alpha }),
  matmul(ds, q, { transA: true, alpha }),
];

/** y = α·op(a)·op(b); each cotangent is written so that no transpose is materialised. */
function matmulVjp(
  a: Value,
  b: Value,
  { transA, transB, alpha }: { transA: boolean; transB: boolean; alpha: number },
  dy: Value,
): readonly [Value, Value] {
  const da = transA
    ? matmul(b, dy, { transA: transB, transB: true, alpha })
    : matmul(dy, b, { transB: !transB, alpha });
  const db = transB
    ? matmul(dy, a, { transA: true, transB: transA, alpha })
    : matmul(a, dy, { transA: !transA, alpha });
  return [da, db];
}

/** Sums a cotangent over the axes along which its value was repeated. */
function sumTo(dy: Value, shape: Shape): Value {
  const missing = dy.shape.length - shape.length;
  const summed = dy.shape.reduce(
    (value, size, axis) =>
      size > 1 && (shape[axis - missing] ?? 1) === 1 ? sum(value, axis) : value,
    dy,
  );
  return missing > 0 ? reshape(summed, shape) : summed;
}
