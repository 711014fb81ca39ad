/** One function for each operation: what models, LoRA and derivatives are written with. */
import { type Value, createValue } from "./graph.ts";
import type { DataType, Shape } from "./op.ts";

type MatmulOptions = { transA?: boolean; transB?: boolean; alpha?: number };

export const input = (name: string, shape: Shape, dataType: DataType = "f32"): Value =>
  createValue("input", [], { name, shape, dataType });
export const scalar = (value: number): Value => createValue("scalar", [], { value });
export const fromHalf = (bits: Value, format: "f16" | "bf16"): Value =>
  createValue("fromHalf", [bits], { format });
export const fromBlocks = (codes: Value, scales: Value, minimums?: Value): Value =>
  createValue(
    "fromBlocks",
    minimums === undefined ? [codes, scales] : [codes, scales, minimums],
    {},
  );
export const fromInt8 = (matrix: readonly Value[]): Value => createValue("fromInt8", matrix, {});
export const add = (a: Value, b: Value): Value => createValue("add", [a, b], {});
export const sub = (a: Value, b: Value): Value => createValue("sub", [a, b], {});
export const mul = (a: Value, b: Value): Value => createValue("mul", [a, b], {});
export const matmul = (a: Value, b: Value, options: MatmulOptions = {}): Value =>
  createValue("matmul", [a, b], { transA: false, transB: false, alpha: 1, ...options });
export const addMatmul = (c: Value, a: Value, b: Value, options: MatmulOptions = {}): Value =>
  createValue("addMatmul", [c, a, b], { transA: false, transB: false, alpha: 1, ...options });
export const linear = (x: Value, weight: Value, name: string): Value =>
  createValue("linear", [x, weight], { name });
export const loraLinear = (x: Value, merged: Value, a: Value, b: Value, scale: number): Value =>
  createValue("loraLinear", [x, merged, a, b], { scale });
/** `matrix`: codes, scales, codes and scales of the transposed one. */
export const linearInt8 = (x: Value, matrix: readonly Value[]): Value =>
  createValue("linearInt8", [x, ...matrix], {});
export const reshape = (x: Value, shape: Shape): Value => createValue("reshape", [x], { shape });
export const pad = (x: Value, axis: number, start: number, size: number): Value =>
  createValue("pad", [x], { axis, start, size });
export const sum = (x: Value, axis: number): Value => createValue("sum", [x], { axis });
export const expand = (x: Value, shape: Shape): Value => createValue("expand", [x], { shape });
export const sigmoid = (x: Value): Value => createValue("sigmoid", [x], {});
export const silu = (x: Value): Value => createValue("silu", [x], {});
export const softmax = (x: Value): Value => createValue("softmax", [x], {});
export const logSumExp = (x: Value): Value => createValue("logSumExp", [x], {});
export const rmsNorm = (x: Value, weight: Value, epsilon: number): Value =>
  createValue("rmsNorm", [x, weight], { epsilon });
export const rmsScale = (x: Value, epsilon: number): Value =>
  createValue("rmsScale", [x], { epsilon });
export const rope = (x: Value, cos: Value, sin: Value): Value =>
  createValue("rope", [x, cos, sin], {});
export const attentionWeights = (q: Value, k: Value, mask: Value, alpha: number): Value =>
  createValue("attentionWeights", [q, k, mask], { alpha });
export const attend = (q: Value, k: Value, v: Value, weights: Value, alpha: number): Value =>
  createValue("attend", [q, k, v, weights], { alpha });

/** The value itself where nothing is cut away. */
export const slice = (x: Value, axis: number, start: number, end: number): Value =>
  start === 0 && end === x.shape[axis] ? x : createValue("slice", [x], { axis, start, end });

/** The value itself where there is only one. */
export const concat = (values: readonly Value[], axis: number): Value =>
  values.length === 1 ? values[0] : createValue("concat", values, { axis });
