/**
 * Tensors of a GGUF file as they are stored, in a form that arithmetic can unpack: halves as their bits, and blocks as
 * small integers with a scale and a minimum for each block. Nothing is lost: code · scale + minimum in float32 is what
 * `readTensor` gives, bit for bit, at a quarter of the memory.
 */
import { closeSync, openSync, readSync } from "node:fs";
import { assert } from "../base/errors.ts";
import { dequantize, ggmlTypes } from "./ggml-types.ts";
import type { GgufFile, GgufTensor } from "./gguf-file.ts";

export type PackedTensor =
  | { readonly kind: "f32"; readonly values: Float32Array }
  | { readonly kind: "f16" | "bf16"; readonly bits: Uint16Array }
  | {
      readonly kind: "blocks";
      /** One for each value. */
      readonly codes: Int8Array;
      /** One for each block. */
      readonly scales: Float32Array;
      /** One for each block; absent where all are zero. */
      readonly minimums?: Float32Array;
    };

/** The form in which tensors of a type are packed. */
export type PackedForm =
  | { readonly kind: "f32" | "f16" | "bf16" }
  | { readonly kind: "blocks"; readonly valuesPerBlock: number; readonly hasMinimum: boolean };

const scaled = { kind: "blocks", valuesPerBlock: 32, hasMinimum: false } as const;
const shifted = { kind: "blocks", valuesPerBlock: 32, hasMinimum: true } as const;

/** The blocks of these types begin with a float16 scale and, where told, a float16 minimum. */
const FORMS: Readonly<Record<string, PackedForm>> = {
  F16: { kind: "f16" },
  BF16: { kind: "bf16" },
  Q8_0: scaled,
  Q4_0: scaled,
  Q4_1: shifted,
  Q5_0: scaled,
  Q5_1: shifted,
};
const HALF_BYTES = 2;
const ONE_AS_HALF = 0x3c00;

/** Types without a simple form, such as the K-quants, are packed as float32. */
export const packedFormOf = (typeName: string): PackedForm => FORMS[typeName] ?? { kind: "f32" };

/** Reads a tensor in the form of its type. */
export function readPacked(file: GgufFile, name: string): PackedTensor {
  const tensor = file.tensors.get(name);
  const form = packedFormOf(tensor?.type ?? "");
  if (tensor === undefined || form.kind === "f32")
    return { kind: "f32", values: file.readTensor(name) };
  const bytes = readBytes(file, tensor);
  return form.kind === "blocks"
    ? unpackBlocks(tensor.type, bytes, form)
    : { kind: form.kind, bits: new Uint16Array(bytes.buffer) };
}

/** Reads scales and minimums, then puts 1 and 0 in their place, so that dequantising gives the codes themselves. */
function unpackBlocks(
  typeName: string,
  bytes: Uint8Array,
  { hasMinimum }: Extract<PackedForm, { kind: "blocks" }>,
): PackedTensor {
  const bytesPerBlock = ggmlTypes.find(({ name }) => name === typeName)?.bytesPerBlock;
  assert(bytesPerBlock !== undefined, `no tensor type ${typeName}`);
  const count = bytes.length / bytesPerBlock;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const halves = new Uint8Array(count * HALF_BYTES);
  const take = (offset: number, replacement: number): Float32Array => {
    for (let block = 0; block < count; block++) {
      const at = block * bytesPerBlock + offset;
      halves[HALF_BYTES * block] = bytes[at];
      halves[HALF_BYTES * block + 1] = bytes[at + 1];
      view.setUint16(at, replacement, true);
    }
    return dequantize("F16", halves);
  };
  const scales = take(0, ONE_AS_HALF);
  const minimums = hasMinimum ? take(HALF_BYTES, 0) : undefined;
  const codes = Int8Array.from(dequantize(typeName, bytes));
  return { kind: "blocks", codes, scales, minimums };
}

function readBytes({ path }: GgufFile, { offset, byteLength, name }: GgufTensor): Uint8Array {
  const bytes = new Uint8Array(byteLength);
  const handle = openSync(path, "r");
  try {
    const read = readSync(handle, bytes, 0, byteLength, offset);
    assert(read === byteLength, `${name} of ${path}: ${read} of ${byteLength} bytes`);
  } finally {
    closeSync(handle);
  }
  return bytes;
}
