import { describe, expect, test } from "vitest";
import reference from "../../test/fixtures/reference/gguf.json" with { type: "json" };
import { UserError } from "../base/errors.ts";
import { sha256 } from "../base/hash.ts";
import { dequantize } from "./ggml-types.ts";
import { openGguf } from "./gguf.ts";
import { quantize, type WritableType } from "./quantize.ts";

const modelFile = process.env.T2S_MODEL_FILE;
const bytesOf = (values: Float32Array) => Buffer.from(values.buffer);

test.each(reference.blocks)("$type gives bit for bit what Python's gguf gives", (block) => {
  const values = dequantize(block.type, Buffer.from(block.bytes, "hex"));
  expect(bytesOf(values).toString("hex")).toBe(block.float32);
});

test.each(reference.written)("$type is written bit for bit as Python's gguf does", (block) => {
  const values = new Float32Array(Uint8Array.from(Buffer.from(block.float32, "hex")).buffer);
  expect(Buffer.from(quantize(block.type as WritableType, values)).toString("hex")).toBe(
    block.bytes,
  );
});

test("F32 is copied whatever its alignment", () => {
  const bytes = Buffer.concat([
    Buffer.alloc(1),
    bytesOf(Float32Array.of(1.5, -0, Infinity, 1e-45)),
  ]);
  expect(dequantize("F32", bytes.subarray(1))).toEqual(Float32Array.of(1.5, -0, Infinity, 1e-45));
});

test("a type without a reader names those that have one", () => {
  for (const type of ["Q2_K", "nothing"])
    expect(() => dequantize(type, new Uint8Array(84))).toThrow(
      expect.objectContaining({
        code: "model-unsupported",
        message: expect.stringMatching(
          new RegExp(`^weights of type ${type} cannot be read; F32, F16`),
        ),
      }) as UserError,
    );
});

describe.skipIf(!modelFile)("the default model (needs T2S_MODEL_FILE)", () => {
  test.each(Object.entries(reference.defaultModel))(
    "%s equals what Python's gguf reads",
    (name, { type, shape, sha256: wanted }) => {
      const file = openGguf(modelFile!);
      expect(file.tensors.get(name)).toMatchObject({ type, shape });
      expect(sha256(bytesOf(file.readTensor(name)))).toBe(wanted);
      file.close();
    },
  );
});
