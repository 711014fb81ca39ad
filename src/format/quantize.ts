/**
 * float32 as the blocks of ggml's types, for files that we write: bit for bit what the Python package `gguf` writes.
 * Knows no file. Reading is in ggml-types.ts.
 */
export type WritableType = "F16" | "Q8_0";

/** `values` are whole blocks: a multiple of 32 for Q8_0. */
export function quantize(type: WritableType, values: Float32Array): Uint8Array {
  return type === "Q8_0" ? toQ8(values) : new Uint8Array(new Float16Array(values).buffer);
}

const Q8_VALUES = 32;
const Q8_BYTES = 34;

/** x = d·q: d as float16, 32 signed bytes. */
function toQ8(values: Float32Array): Uint8Array {
  const bytes = new Uint8Array((values.length / Q8_VALUES) * Q8_BYTES);
  const view = new DataView(bytes.buffer);
  for (let block = 0; block * Q8_VALUES < values.length; block++) {
    const from = block * Q8_VALUES;
    let largest = 0;
    for (let i = 0; i < Q8_VALUES; i++) largest = Math.max(largest, Math.abs(values[from + i]));
    const d = Math.fround(largest / 127);
    const inverse = d === 0 ? 0 : Math.fround(1 / d);
    view.setFloat16(block * Q8_BYTES, d, true);
    for (let i = 0; i < Q8_VALUES; i++)
      view.setInt8(
        block * Q8_BYTES + 2 + i,
        roundAwayFromZero(Math.fround(values[from + i] * inverse)),
      );
  }
  return bytes;
}

const roundAwayFromZero = (x: number): number => Math.sign(x) * Math.floor(Math.abs(x) + 0.5);
