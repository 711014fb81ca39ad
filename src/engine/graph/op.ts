/**
 * The closed list of operations, what each is told besides its inputs, and the shape it gives. Every table over
 * operations is a total `Record`, so an operation without a rule does not compile. Knows no derivative and no ONNX.
 *
 * All values are float32 but for inputs, which may hold other types. Shapes are static. [rows, features] unless said.
 */
import { assert } from "../../base/errors.ts";

export type Shape = readonly number[];
export type DataType = "f32" | "u16" | "i8";

/** What each operation is told besides its inputs. */
export type OpAttributes = {
  /** A value fed at run time. */
  input: { readonly name: string; readonly shape: Shape; readonly dataType: DataType };
  /** A number, shape []. */
  scalar: { readonly value: number };
  /** The float32 values of 16-bit floats that were fed as integers. */
  fromHalf: { readonly format: "f16" | "bf16" };
  /** codes · scale + minimum of inputs codes [rows, n] (8-bit integers), scales and, if any, minimums [rows, blocks]. */
  fromBlocks: object;
  /**
   * The matrix [out, in] of inputs codes [in, out] (8-bit integers) and scales [out], and the same once more for gradients:
   * codes [out, in] and scales [in].
   */
  fromInt8: object;
  add: object;
  sub: object;
  mul: object;
  /** alpha · op(a) · op(b), where op transposes if told. */
  matmul: { readonly transA: boolean; readonly transB: boolean; readonly alpha: number };
  /** c + alpha · op(a) · op(b) of inputs c, a, b. */
  addMatmul: { readonly transA: boolean; readonly transB: boolean; readonly alpha: number };
  /** x · weightᵀ; the name is what LoRA looks for. */
  linear: { readonly name: string };
  /** x · mergedᵀ of inputs x, merged, a, b where merged = W + scale·b·a; its gradient goes to x, a and b. */
  loraLinear: { readonly scale: number };
  /**
   * x · weightᵀ of inputs x and the four of fromInt8; each row of x is rounded to 8 bits by its largest value, and so are
   * those of the gradient that comes back.
   */
  linearInt8: object;
  reshape: { readonly shape: Shape };
  /** Rows or features start … end−1 of one axis. */
  slice: { readonly axis: number; readonly start: number; readonly end: number };
  /** Zeros of `size` along the axis, with the input at `start`. */
  pad: { readonly axis: number; readonly start: number; readonly size: number };
  concat: { readonly axis: number };
  /** Sum over one axis, which stays with size 1. */
  sum: { readonly axis: number };
  /** The input repeated to the shape; its size is 1 where it is repeated. */
  expand: { readonly shape: Shape };
  sigmoid: object;
  /** x · sigmoid(x) */
  silu: object;
  /** Over the last axis. */
  softmax: object;
  /** log Σ exp over the last axis, which stays with size 1. */
  logSumExp: object;
  /** x / √(mean x² + epsilon) · weight */
  rmsNorm: { readonly epsilon: number };
  /** 1 / √(mean x² + epsilon), the last axis of size 1. */
  rmsScale: { readonly epsilon: number };
  /** Rotary position embedding, half-split pairs, of inputs x [rows, heads·d], cos and sin [rows, d/2]. */
  rope: object;
  /** softmax(alpha · q·kᵀ + mask) of q [queries, d], k [keys, d], mask [queries, keys]. */
  attentionWeights: { readonly alpha: number };
  /** weights · v of inputs q, k, v, weights = attentionWeights(q, k, mask); its gradient goes to q, k and v. */
  attend: { readonly alpha: number };
};

export type Op = keyof OpAttributes;

/** One entry for each operation: its number of inputs, or "any" for one or more. */
export const opArity: Readonly<Record<Op, number | "any">> = {
  input: 0,
  scalar: 0,
  fromHalf: 1,
  fromBlocks: "any",
  fromInt8: 4,
  add: 2,
  sub: 2,
  mul: 2,
  matmul: 2,
  addMatmul: 3,
  linear: 2,
  loraLinear: 4,
  linearInt8: 5,
  reshape: 1,
  slice: 1,
  pad: 1,
  concat: "any",
  sum: 1,
  expand: 1,
  sigmoid: 1,
  silu: 1,
  softmax: 1,
  logSumExp: 1,
  rmsNorm: 2,
  rmsScale: 1,
  rope: 3,
  attentionWeights: 3,
  attend: 4,
};

export type ShapeRules = {
  readonly [O in Op]: (attributes: OpAttributes[O], ...shapes: readonly Shape[]) => Shape;
};

const sameShape = (_: object, shape: Shape): Shape => shape;
const broadcast = (_: object, a: Shape, b: Shape): Shape => broadcastShape(a, b);
const lastAxisToOne = (_: object, shape: Shape): Shape => [...shape.slice(0, -1), 1];

/** The shape each operation gives; asserts that its inputs fit. */
export const shapeRules: ShapeRules = {
  input: ({ shape }) => shape,
  scalar: () => [],
  fromHalf: sameShape,
  fromBlocks: (_, codes, scales, minimums = scales) => {
    expectShape(minimums, scales);
    assert(codes[1] % scales[1] === 0, `codes [${codes}] with scales [${scales}]`);
    return codes;
  },
  fromInt8: int8Shape,
  add: broadcast,
  sub: broadcast,
  mul: broadcast,
  matmul: ({ transA, transB }, a, b) => matmulShape(a, b, transA, transB),
  addMatmul: ({ transA, transB }, c, a, b) => expectShape(matmulShape(a, b, transA, transB), c),
  linear: (_, x, weight) => matmulShape(x, weight, false, true),
  loraLinear: (_, x, merged, a, b) => {
    expectShape(a, [b[1], x[1]]);
    expectShape(merged, [b[0], a[1]]);
    return matmulShape(x, merged, false, true);
  },
  linearInt8: (_, x, codes, scales, backCodes, backScales) =>
    matmulShape(x, int8Shape({}, codes, scales, backCodes, backScales), false, true),
  reshape: ({ shape }, from) => {
    assert(sizeOf(shape) === sizeOf(from), `reshape of [${from}] to [${shape}]`);
    return shape;
  },
  slice: ({ axis, start, end }, shape) => {
    assert(start >= 0 && start < end && end <= shape[axis], `slice ${start}:${end} of [${shape}]`);
    return shape.with(axis, end - start);
  },
  pad: ({ axis, start, size }, shape) => {
    assert(start >= 0 && start + shape[axis] <= size, `pad of [${shape}] at ${start} to ${size}`);
    return shape.with(axis, size);
  },
  concat: ({ axis }, first, ...rest) => {
    for (const shape of rest) expectShape(shape.with(axis, 0), first.with(axis, 0));
    return first.with(
      axis,
      [first, ...rest].reduce((total, shape) => total + shape[axis], 0),
    );
  },
  sum: ({ axis }, shape) => shape.with(axis, 1),
  expand: ({ shape }, from) => expectShape(broadcastShape(from, shape), shape),
  sigmoid: sameShape,
  silu: sameShape,
  softmax: sameShape,
  logSumExp: lastAxisToOne,
  rmsNorm: (_, x, weight) => {
    expectShape(weight, [x[x.length - 1]]);
    return x;
  },
  rmsScale: lastAxisToOne,
  rope: (_, x, cos, sin) => {
    expectShape(cos, sin);
    assert(cos[0] === x[0] && x[1] % (2 * cos[1]) === 0, `rope of [${x}] with cos [${cos}]`);
    return x;
  },
  attentionWeights: (_, q, k, mask) => expectShape(matmulShape(q, k, false, true), mask),
  attend: (_, q, k, v, weights) => {
    expectShape(weights, [q[0], k[0]]);
    return matmulShape(weights, v, false, false);
  },
};

/** Number of elements. */
export const sizeOf = (shape: Shape): number => shape.reduce((product, size) => product * size, 1);

export const equalShapes = (a: Shape, b: Shape): boolean =>
  a.length === b.length && a.every((size, axis) => size === b[axis]);

function expectShape(shape: Shape, wanted: Shape): Shape {
  assert(equalShapes(shape, wanted), `shape [${shape}] where [${wanted}] is wanted`);
  return shape;
}

/** [out, in] of codes [in, out], scales [out], and both again for the transposed matrix. */
function int8Shape(
  _: object,
  codes: Shape,
  scales: Shape,
  backCodes: Shape,
  backScales: Shape,
): Shape {
  expectShape(codes, [backScales[0], scales[0]]);
  return expectShape(backCodes, codes.toReversed());
}

function matmulShape(a: Shape, b: Shape, transA: boolean, transB: boolean): Shape {
  const [rows, inner] = transA ? [a[1], a[0]] : a;
  const [innerOfB, columns] = transB ? [b[1], b[0]] : b;
  assert(
    a.length === 2 && b.length === 2 && inner === innerOfB,
    `matmul of [${a}]${transA ? "ᵀ" : ""} and [${b}]${transB ? "ᵀ" : ""}`,
  );
  return [rows, columns];
}

/** NumPy's rule: axes are aligned at the end, and a size of 1 is repeated. */
function broadcastShape(a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const [sizeA, sizeB] = [a[a.length - rank + i] ?? 1, b[b.length - rank + i] ?? 1];
    assert(sizeA === sizeB || sizeA === 1 || sizeB === 1, `broadcast of [${a}] and [${b}]`);
    return Math.max(sizeA, sizeB);
  });
}
