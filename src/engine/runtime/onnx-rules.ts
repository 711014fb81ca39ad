/**
 * How each operation is written in ONNX. Fused operators of ONNX Runtime (domain com.microsoft) are used where they
 * save passes over memory: RotaryEmbedding, QuickGelu with alpha 1 (= SiLU), SimplifiedLayerNormalization (= RMSNorm).
 * Operators: https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md
 */
import type { OnnxAttribute } from "../../format/onnx.ts";
import type { Value } from "../graph/graph.ts";
import { type Op, sizeOf } from "../graph/op.ts";

/** What a rule writes with; every method returns the name of what it made. Equal nodes are made once. */
export type OnnxEmitter = {
  node(opType: string, inputs: readonly string[], attributes?: Attributes, domain?: string): string;
  float(value: number): string;
  byte(value: number): string;
  integers(values: readonly number[], shape?: readonly number[]): string;
};

type Attributes = Readonly<Record<string, OnnxAttribute>>;

/** From the names of a value's inputs to the name of the value. */
type OnnxRule<O extends Op> = (
  emit: OnnxEmitter,
  value: Extract<Value, { op: O }>,
  inputs: readonly string[],
) => string;

export type OnnxRules = { readonly [O in Op]: OnnxRule<O> };

const MICROSOFT = "com.microsoft";
const FLOAT = 1;
/** Rows below are zeros, which no division may see: gradients have them. */
const SMALLEST_ROW = 1e-30;
const HALVES = { f16: 10, bf16: 16 };

/** A rule for an operation that is an ONNX operator as it stands. */
const as =
  (opType: string, attributes: Attributes = {}, domain = "") =>
  (emit: OnnxEmitter, _: Value, inputs: readonly string[]): string =>
    emit.node(opType, inputs, attributes, domain);

export const onnxRules: OnnxRules = {
  input: (_, { attributes }) => attributes.name,
  scalar: (emit, { attributes }) => emit.float(attributes.value),
  fromHalf: (emit, { attributes }, [bits]) => {
    const halves = emit.node("BitCast", [bits], { to: { int: HALVES[attributes.format] } });
    return emit.node("Cast", [halves], { to: { int: FLOAT } });
  },
  // Each block becomes a row, whose scale DequantizeLinear applies faster than that of a block within a row.
  fromBlocks: (emit, { inputs: [codes, scales], shape }, [name, scaleName, minimumName]) => {
    const blocks = sizeOf(scales.shape);
    const lines = emit.integers([blocks, sizeOf(codes.shape) / blocks]);
    const perLine = emit.integers([blocks]);
    const scaled = emit.node(
      "DequantizeLinear",
      [emit.node("Reshape", [name, lines]), emit.node("Reshape", [scaleName, perLine])],
      { axis: { int: 0 } },
    );
    const column = emit.integers([blocks, 1]);
    const shifted =
      minimumName === undefined
        ? scaled
        : emit.node("Add", [scaled, emit.node("Reshape", [minimumName, column])]);
    return emit.node("Reshape", [shifted, emit.integers(shape)]);
  },
  fromInt8: (emit, _, [, , codes, scales]) =>
    emit.node("DequantizeLinear", [codes, scales], { axis: { int: 1 } }),
  add: as("Add"),
  sub: as("Sub"),
  mul: as("Mul"),
  matmul: (emit, { attributes }, [a, b]) => emit.node("Gemm", [a, b], gemm(attributes)),
  addMatmul: (emit, { attributes }, [c, a, b]) => emit.node("Gemm", [a, b, c], gemm(attributes)),
  linear: (emit, _, [x, weight]) => emit.node("Gemm", [x, weight], gemm({ transB: true })),
  loraLinear: (emit, _, [x, merged]) => emit.node("Gemm", [x, merged], gemm({ transB: true })),
  // Unsigned codes with 128 for zero, because processors multiply unsigned by signed bytes.
  linearInt8: (emit, _, [x, codes, scales]) => {
    const largest = emit.node("ReduceMax", [emit.node("Abs", [x]), emit.integers([1])], {
      keepdims: { int: 1 },
    });
    const size = emit.node("Max", [largest, emit.float(SMALLEST_ROW)]);
    const [step, zero] = [emit.float(1 / 127), emit.byte(128)];
    const rounded = emit.node("QuantizeLinear", [emit.node("Div", [x, size]), step, zero]);
    const inputs = [rounded, codes, step, scales, zero];
    return emit.node("Mul", [emit.node("MatMulIntegerToFloat", inputs, {}, MICROSOFT), size]);
  },
  reshape: (emit, { attributes }, [x]) =>
    emit.node("Reshape", [x, emit.integers(attributes.shape)]),
  slice: (emit, { attributes: { axis, start, end } }, [x]) => {
    const [starts, ends, axes] = [start, end, axis].map((value) => emit.integers([value]));
    return emit.node("Slice", [x, starts, ends, axes]);
  },
  pad: (emit, { inputs: [x], attributes: { axis, start, size }, shape }, [name]) => {
    const before = shape.map((_, i) => (i === axis ? start : 0));
    const after = shape.map((_, i) => (i === axis ? size - start - x.shape[axis] : 0));
    return emit.node("Pad", [name, emit.integers([...before, ...after])]);
  },
  concat: (emit, { attributes }, inputs) =>
    emit.node("Concat", inputs, { axis: { int: attributes.axis } }),
  sum: (emit, { attributes }, [x]) =>
    emit.node("ReduceSum", [x, emit.integers([attributes.axis])], { keepdims: { int: 1 } }),
  expand: (emit, { attributes }, [x]) => emit.node("Expand", [x, emit.integers(attributes.shape)]),
  sigmoid: as("Sigmoid"),
  silu: as("QuickGelu", { alpha: { float: 1 } }, MICROSOFT),
  softmax: as("Softmax", { axis: { int: -1 } }),
  // log Σ exp x = max x − log max softmax(x): the softmax is what the derivative needs anyway.
  logSumExp: (emit, _, [x]) => {
    const max = (name: string) =>
      emit.node("ReduceMax", [name, emit.integers([-1])], { keepdims: { int: 1 } });
    const p = emit.node("Softmax", [x], { axis: { int: -1 } });
    return emit.node("Sub", [max(x), emit.node("Log", [max(p)])]);
  },
  rmsNorm: (emit, { attributes }, [x, weight]) =>
    emit.node("SimplifiedLayerNormalization", [x, weight], {
      axis: { int: -1 },
      epsilon: { float: attributes.epsilon },
    }),
  rmsScale: (emit, { inputs: [x], attributes }, [name]) => {
    const squares = emit.node("ReduceSumSquare", [name, emit.integers([-1])], {
      keepdims: { int: 1 },
    });
    const mean = emit.node("Mul", [squares, emit.float(1 / x.shape[x.shape.length - 1])]);
    const shifted = emit.node("Add", [mean, emit.float(attributes.epsilon)]);
    return emit.node("Reciprocal", [emit.node("Sqrt", [shifted])]);
  },
  // Positions are rows: cos and sin hold a line for each.
  rope: (emit, { shape: [rows, features] }, [x, cos, sin]) => {
    const batch = emit.node("Reshape", [x, emit.integers([1, rows, features])]);
    const positions = emit.integers(
      Array.from({ length: rows }, (_, i) => i),
      [1, rows],
    );
    const turned = emit.node("RotaryEmbedding", [batch, positions, cos, sin], {}, MICROSOFT);
    return emit.node("Reshape", [turned, emit.integers([rows, features])]);
  },
  attentionWeights: (emit, { attributes: { alpha } }, [q, k, mask]) =>
    emit.node("Softmax", [emit.node("Gemm", [q, k, mask], gemm({ transB: true, alpha }))]),
  attend: (emit, _, [, , v, weights]) => emit.node("Gemm", [weights, v], gemm({})),
};

const gemm = ({ transA = false, transB = false, alpha = 1 }): Attributes => ({
  transA: { int: Number(transA) },
  transB: { int: Number(transB) },
  alpha: { float: alpha },
});
