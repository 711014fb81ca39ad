/**
 * A frozen matrix as 8-bit integers, twice: by rows for the product, by columns for the gradient of what it multiplies
 * (SwitchBack; Wortsman et al. 2023, arXiv:2304.13013).
 */
import { input } from "./graph/build.ts";
import type { Value } from "./graph/graph.ts";
import type { Shape } from "./graph/op.ts";

const LARGEST_CODE = 127;

/** The inputs of a matrix [out, in], fed as `int8Feeds` names them. */
export const int8Inputs = (name: string, [out, inner]: Shape): readonly Value[] => [
  input(`${name}.codes`, [inner, out], "i8"),
  input(`${name}.scales`, [out]),
  input(`${name}.backCodes`, [out, inner], "i8"),
  input(`${name}.backScales`, [inner]),
];

/** Rounds values [out, in]: the largest of a row, or column, becomes ±127. */
export function int8Feeds(
  name: string,
  values: Float32Array,
  [rows, columns]: Shape,
): Record<string, Float32Array | Int8Array> {
  const scales = new Float32Array(rows);
  const backScales = new Float32Array(columns);
  for (let i = 0, row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++, i++) {
      const size = Math.abs(values[i]) / LARGEST_CODE;
      if (size > scales[row]) scales[row] = size;
      if (size > backScales[column]) backScales[column] = size;
    }
  const codes = new Int8Array(values.length);
  const backCodes = new Int8Array(values.length);
  for (let i = 0, row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++, i++) {
      codes[column * rows + row] = Math.round(values[i] / (scales[row] || 1));
      backCodes[i] = Math.round(values[i] / (backScales[column] || 1));
    }
  return {
    [`${name}.codes`]: codes,
    [`${name}.scales`]: scales,
    [`${name}.backCodes`]: backCodes,
    [`${name}.backScales`]: backScales,
  };
}
