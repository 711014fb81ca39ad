/**
 * The tensor types of ggml: how many values share a block, how many bytes a block takes, and how its values are got
 * back as float32. Bit for bit what the Python package `gguf` computes. Knows no file.
 * Layouts: https://github.com/ggml-org/llama.cpp/blob/master/ggml/src/ggml-common.h
 */
import { assert, UserError } from "../base/errors.ts";

/** Writes the values of the block that starts at `bytes[at]` to `values[to…]`. */
type DequantizeBlock = (bytes: Uint8Array, at: number, values: Float32Array, to: number) => void;

export type GgmlType = {
  readonly name: string;
  /** The number that stands for the type in a GGUF file. */
  readonly id: number;
  readonly valuesPerBlock: number;
  readonly bytesPerBlock: number;
  /** Absent where the values cannot be read, only their place in the file is known. */
  readonly dequantize?: DequantizeBlock;
};

/** float16 → float32 for every bit pattern. */
const HALVES: Float32Array = Float32Array.from({ length: 65_536 }, (_, bits) => {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return exponent === 0
    ? sign * fraction * 2 ** -24
    : sign * (1024 + fraction) * 2 ** (exponent - 25);
});

const halfAt = (bytes: Uint8Array, at: number): number => HALVES[bytes[at] | (bytes[at + 1] << 8)];
const signedAt = (bytes: Uint8Array, at: number): number => (bytes[at] << 24) >> 24;

const scratch = new Uint32Array(1);
const scratchFloat = new Float32Array(scratch.buffer);

const f32: DequantizeBlock = (bytes, at, values, to) => {
  scratch[0] = bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24);
  values[to] = scratchFloat[0];
};

const f16: DequantizeBlock = (bytes, at, values, to) => {
  values[to] = halfAt(bytes, at);
};

const bf16: DequantizeBlock = (bytes, at, values, to) => {
  scratch[0] = (bytes[at] << 16) | (bytes[at + 1] << 24);
  values[to] = scratchFloat[0];
};

/** x = d·q, 32 signed bytes. */
const q8_0: DequantizeBlock = (bytes, at, values, to) => {
  const d = halfAt(bytes, at);
  for (let i = 0; i < 32; i++) values[to + i] = d * signedAt(bytes, at + 2 + i);
};

/** x = d·(q − 8); the low halves of 16 bytes are values 0–15, the high halves 16–31. */
const q4_0: DequantizeBlock = (bytes, at, values, to) => {
  const d = halfAt(bytes, at);
  for (let i = 0; i < 16; i++) {
    const pair = bytes[at + 2 + i];
    values[to + i] = d * ((pair & 15) - 8);
    values[to + 16 + i] = d * ((pair >> 4) - 8);
  }
};

/** x = d·q + m. */
const q4_1: DequantizeBlock = (bytes, at, values, to) => {
  const d = halfAt(bytes, at);
  const m = halfAt(bytes, at + 2);
  for (let i = 0; i < 16; i++) {
    const pair = bytes[at + 4 + i];
    values[to + i] = d * (pair & 15) + m;
    values[to + 16 + i] = d * (pair >> 4) + m;
  }
};

/** Five-bit values: four bits as in Q4, the fifth of value i is bit i of the four bytes at `high`. */
function fiveBits(bytes: Uint8Array, high: number, i: number): number {
  const pair = bytes[high + 4 + (i & 15)];
  return (i < 16 ? pair & 15 : pair >> 4) | (((bytes[high + (i >> 3)] >> (i & 7)) & 1) << 4);
}

/** x = d·(q − 16). */
const q5_0: DequantizeBlock = (bytes, at, values, to) => {
  const d = halfAt(bytes, at);
  for (let i = 0; i < 32; i++) values[to + i] = d * (fiveBits(bytes, at + 2, i) - 16);
};

/** x = d·q + m. */
const q5_1: DequantizeBlock = (bytes, at, values, to) => {
  const d = halfAt(bytes, at);
  const m = halfAt(bytes, at + 2);
  for (let i = 0; i < 32; i++) values[to + i] = d * fiveBits(bytes, at + 4, i) + m;
};

/** Six-bit scale of sub-block j (0–7) of Q4_K and Q5_K; its minimum is 4 bytes further. */
const scaleAt = (bytes: Uint8Array, at: number, j: number): number =>
  j < 4 ? bytes[at + j] & 63 : (bytes[at + 4 + j] & 15) | ((bytes[at + j - 4] >> 6) << 4);
const minimumAt = (bytes: Uint8Array, at: number, j: number): number =>
  j < 4 ? bytes[at + 4 + j] & 63 : (bytes[at + 4 + j] >> 4) | ((bytes[at + j] >> 6) << 4);

/** x = d·scale·q − dmin·minimum, eight sub-blocks of 32. `high` is where the fifth bits lie, for Q5_K. */
function subBlocksOfK(
  bytes: Uint8Array,
  at: number,
  values: Float32Array,
  to: number,
  high: number | undefined,
): void {
  const low = at + 16 + (high === undefined ? 0 : 32);
  for (let j = 0; j < 8; j++) {
    const d = halfAt(bytes, at) * scaleAt(bytes, at + 4, j);
    const m = halfAt(bytes, at + 2) * minimumAt(bytes, at + 4, j);
    for (let i = 0; i < 32; i++) {
      const pair = bytes[low + (j >> 1) * 32 + i];
      const fifth = high === undefined ? 0 : ((bytes[high + i] >> j) & 1) << 4;
      values[to + j * 32 + i] = d * ((j & 1 ? pair >> 4 : pair & 15) | fifth) - m;
    }
  }
}

const q4_K: DequantizeBlock = (bytes, at, values, to) =>
  subBlocksOfK(bytes, at, values, to, undefined);
const q5_K: DequantizeBlock = (bytes, at, values, to) =>
  subBlocksOfK(bytes, at, values, to, at + 16);

/** x = d·scale·(q − 32), sixteen sub-blocks of 16; 128 bytes of low halves, 64 of high pairs, 16 scales, d. */
const q6_K: DequantizeBlock = (bytes, at, values, to) => {
  const d = halfAt(bytes, at + 208);
  for (let i = 0; i < 256; i++) {
    const half = i >> 7;
    const quarter = (i >> 5) & 3;
    const pair = bytes[at + half * 64 + (i & 63)];
    const low = quarter < 2 ? pair & 15 : pair >> 4;
    const high = (bytes[at + 128 + half * 32 + (i & 31)] >> (2 * quarter)) & 3;
    values[to + i] = d * signedAt(bytes, at + 192 + (i >> 4)) * ((low | (high << 4)) - 32);
  }
};

const type = (
  id: number,
  name: string,
  valuesPerBlock: number,
  bytesPerBlock: number,
  dequantize?: DequantizeBlock,
): GgmlType => ({ id, name, valuesPerBlock, bytesPerBlock, dequantize });

export const ggmlTypes: readonly GgmlType[] = [
  type(0, "F32", 1, 4, f32),
  type(1, "F16", 1, 2, f16),
  type(2, "Q4_0", 32, 18, q4_0),
  type(3, "Q4_1", 32, 20, q4_1),
  type(6, "Q5_0", 32, 22, q5_0),
  type(7, "Q5_1", 32, 24, q5_1),
  type(8, "Q8_0", 32, 34, q8_0),
  type(9, "Q8_1", 32, 40),
  type(10, "Q2_K", 256, 84),
  type(11, "Q3_K", 256, 110),
  type(12, "Q4_K", 256, 144, q4_K),
  type(13, "Q5_K", 256, 176, q5_K),
  type(14, "Q6_K", 256, 210, q6_K),
  type(15, "Q8_K", 256, 292),
  type(16, "IQ2_XXS", 256, 66),
  type(17, "IQ2_XS", 256, 74),
  type(18, "IQ3_XXS", 256, 98),
  type(19, "IQ1_S", 256, 50),
  type(20, "IQ4_NL", 32, 18),
  type(21, "IQ3_S", 256, 110),
  type(22, "IQ2_S", 256, 82),
  type(23, "IQ4_XS", 256, 136),
  type(24, "I8", 1, 1),
  type(25, "I16", 1, 2),
  type(26, "I32", 1, 4),
  type(27, "I64", 1, 8),
  type(28, "F64", 1, 8),
  type(29, "IQ1_M", 256, 56),
  type(30, "BF16", 1, 2, bf16),
  type(34, "TQ1_0", 256, 54),
  type(35, "TQ2_0", 256, 66),
  type(39, "MXFP4", 32, 17),
];

/** The values of whole blocks as float32. Raises `model-unsupported` where the type has no reader. */
export function dequantize(typeName: string, bytes: Uint8Array): Float32Array {
  const found = ggmlTypes.find(({ name }) => name === typeName);
  if (found?.dequantize === undefined) {
    const known = ggmlTypes.filter((entry) => entry.dequantize).map(({ name }) => name);
    throw new UserError(
      "model-unsupported",
      `weights of type ${typeName} cannot be read; ${known.join(", ")} can`,
    );
  }
  const { valuesPerBlock, bytesPerBlock, dequantize: writeBlock } = found;
  assert(bytes.length % bytesPerBlock === 0, `${bytes.length} bytes of ${typeName}`);
  const blocks = bytes.length / bytesPerBlock;
  const values = new Float32Array(blocks * valuesPerBlock);
  for (let block = 0; block < blocks; block++)
    writeBlock(bytes, block * bytesPerBlock, values, block * valuesPerBlock);
  return values;
}
