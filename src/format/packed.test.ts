import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { dequantize, ggmlTypes } from "./ggml-types.ts";
import type { GgufFile } from "./gguf-file.ts";
import { type PackedTensor, readPacked } from "./packed.ts";

const folder = mkdtempSync(join(tmpdir(), "t2s-packed-"));
const path = join(folder, "x.bin");
afterAll(() => rmSync(folder, { recursive: true }));

/** A file that holds one tensor at byte 3. */
function fileOf(type: string, bytes: Uint8Array): GgufFile {
  writeFileSync(path, Buffer.concat([Buffer.alloc(3), bytes]));
  const tensor = { name: "x", type, shape: [], offset: 3, byteLength: bytes.length };
  return {
    path,
    metadata: {},
    tensors: new Map([["x", tensor]]),
    readTensor: () => dequantize(type, bytes),
    close: () => undefined,
  };
}

function unpack(packed: PackedTensor): Float32Array {
  if (packed.kind === "f32") return packed.values;
  if (packed.kind !== "blocks")
    return dequantize(packed.kind.toUpperCase(), new Uint8Array(packed.bits.buffer));
  const { codes, scales, minimums } = packed;
  const valuesPerBlock = codes.length / scales.length;
  return Float32Array.from(codes, (code, i) => {
    const block = Math.floor(i / valuesPerBlock);
    return Math.fround(code * scales[block]) + (minimums?.[block] ?? 0);
  });
}

const KINDS = { Q8_0: "blocks", Q4_0: "blocks", Q4_1: "blocks", Q5_0: "blocks", Q5_1: "blocks" };

test.each(Object.entries({ ...KINDS, F16: "f16", BF16: "bf16", F32: "f32", Q4_K: "f32" }))(
  "%s unpacks to the very values that the file's reader gives",
  (type, kind) => {
    const bytesPerBlock = ggmlTypes.find(({ name }) => name === type)?.bytesPerBlock ?? 0;
    const block = fc.uint8Array({ minLength: bytesPerBlock, maxLength: bytesPerBlock });
    fc.assert(
      fc.property(fc.array(block, { minLength: 1, maxLength: 4 }), (blocks) => {
        const file = fileOf(type, Buffer.concat(blocks));
        const values = file.readTensor("x");
        fc.pre(values.every(Number.isFinite));
        const packed = readPacked(file, "x");
        expect(packed.kind).toBe(kind);
        // Adding 0 makes −0 equal 0.
        expect(unpack(packed).map((value) => value + 0)).toEqual(values.map((value) => value + 0));
      }),
      { numRuns: 50 },
    );
  },
);
