import { spawnSync } from "node:child_process";
import {
  copyFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { UserError } from "../base/errors.ts";
import type { GgufFile } from "./gguf-file.ts";
import { openGguf } from "./gguf.ts";
import { type GgufTensorToWrite, type GgufValue, writeGguf } from "./gguf-writer.ts";

const modelFile = process.env.T2S_MODEL_FILE;
const python = process.env.T2S_PYTHON;
const folder = mkdtempSync(join(tmpdir(), "t2s-gguf-"));
const path = join(folder, "x.gguf");
afterAll(() => rmSync(folder, { recursive: true }));

const finite = fc.float({ noNaN: true });
const number: fc.Arbitrary<GgufValue> = fc.oneof(
  fc.record({ u32: fc.nat(0xffffffff) }),
  fc.record({ i32: fc.integer() }),
  fc.record({ u64: fc.nat(Number.MAX_SAFE_INTEGER) }),
  fc.record({ f32: finite }),
);
const value: fc.Arbitrary<GgufValue> = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.boolean(),
  number,
  fc.array(fc.string()),
  fc.array(fc.record({ i32: fc.integer() })),
  fc.array(fc.array(fc.boolean())),
);
const tensor: fc.Arbitrary<GgufTensorToWrite> = fc
  .record({
    name: fc.string({ minLength: 1, unit: "grapheme" }),
    shape: fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 4 }),
  })
  .chain(({ name, shape }) => {
    const length = shape.reduce((product, n) => product * n, 1);
    return fc
      .float32Array({ minLength: length, maxLength: length, noNaN: true })
      .map((data) => ({ name, shape, data }));
  });
const content = fc.record({
  metadata: fc.dictionary(
    fc.string().filter((key) => key !== "general.alignment"),
    value,
  ),
  tensors: fc.uniqueArray(tensor, { selector: ({ name }) => name, maxLength: 5 }),
});

/** A metadata value as it is read back. */
const plain = (written: GgufValue): unknown => {
  if (Array.isArray(written)) return written.map(plain);
  return typeof written === "object" ? Object.values(written)[0] : written;
};

test("what is written is read back", () => {
  fc.assert(
    fc.property(content, ({ metadata, tensors }) => {
      writeGguf(path, { metadata, tensors });
      const file = openGguf(path);
      expect(Object.entries(file.metadata)).toEqual(
        Object.entries(metadata).map(([key, written]) => [key, plain(written)]),
      );
      expect([...file.tensors.keys()]).toEqual(tensors.map(({ name }) => name));
      for (const { name, shape, data } of tensors) {
        expect(file.tensors.get(name)?.shape).toEqual(shape);
        expect(file.readTensor(name)).toEqual(data);
      }
      file.close();
    }),
    { numRuns: 100 },
  );
});

test("quantised blocks are written as they are given", () => {
  const data = Uint8Array.from({ length: 2 * 34 }, (_, i) => i);
  writeGguf(path, { metadata: {}, tensors: [{ name: "q", shape: [2, 32], type: "Q8_0", data }] });
  const { offset, byteLength } = openGguf(path).tensors.get("q")!;
  expect(new Uint8Array(readFileSync(path).subarray(offset, offset + byteLength))).toEqual(data);
});

describe("a damaged file", () => {
  const sound = () => {
    writeGguf(path, {
      metadata: {
        "general.architecture": "llama",
        names: ["a", "b"],
        n: { u32: 3 },
        list: [[true]],
      },
      tensors: [
        { name: "w", shape: [2, 32], type: "Q8_0", data: new Uint8Array(68) },
        { name: "v", shape: [3], data: Float32Array.of(1, 2, 3) },
      ],
    });
    return readFileSync(path);
  };

  /** Opens the file and reads all of it: either it works, or a UserError says why. */
  const readAll = () => {
    let file: GgufFile | undefined;
    try {
      file = openGguf(path);
      for (const name of file.tensors.keys()) file.readTensor(name);
    } catch (error) {
      expect(error).toBeInstanceOf(UserError);
    } finally {
      file?.close();
    }
  };

  const messageOf = (bytes: Uint8Array): string => {
    writeFileSync(path, bytes);
    try {
      openGguf(path).close();
    } catch (error) {
      return `${(error as UserError).code}: ${(error as UserError).message}`;
    }
    return "opened";
  };

  const u32 = (n: number) => Buffer.from(Uint32Array.of(n).buffer);
  const u64 = (n: bigint) => Buffer.from(BigUint64Array.of(n).buffer);
  const text = (s: string) => Buffer.concat([u64(BigInt(s.length)), Buffer.from(s)]);
  const file = (...parts: Buffer[]) => Buffer.concat([Buffer.from("GGUF"), u32(3), ...parts]);
  const oneTensor = (...entry: Buffer[]) => file(u64(1n), u64(0n), text("w"), ...entry);
  const oneValue = (...entry: Buffer[]) => file(u64(0n), u64(1n), text("key"), ...entry);
  const some = Buffer.alloc(1 << 12);

  test.each<[string, Buffer, RegExp]>([
    [
      "is empty",
      Buffer.alloc(0),
      /^model-invalid: .* is cut short: magic needs 4 bytes at 0, the file has 0/,
    ],
    [
      "has another magic",
      Buffer.from("PK\x03\x04 zip"),
      /^model-invalid: .* starts with "PK\\u0003\\u0004", not "GGUF"/,
    ],
    [
      "has version 1",
      Buffer.concat([Buffer.from("GGUF"), u32(1), some]),
      /^model-unsupported: .* version 1; 2 and 3 are read/,
    ],
    [
      "is big-endian",
      Buffer.concat([Buffer.from("GGUF"), u32(3 << 24), some]),
      /^model-unsupported: .* big-endian/,
    ],
    [
      "claims 2^60 tensors",
      file(u64(1n << 60n), u64(0n), some),
      /^model-invalid: .* absurd number 1152921504606846976/,
    ],
    [
      "claims 2^40 tensors",
      file(u64(1n << 40n), u64(0n), some),
      /^model-invalid: .* number of tensors is 1099511627776, which does not fit into/,
    ],
    [
      "claims 2^40 metadata",
      file(u64(0n), u64(1n << 40n), some),
      /^model-invalid: .* number of metadata is/,
    ],
    [
      "has a string of 2^50 bytes",
      file(u64(0n), u64(1n), u64(1n << 50n), some),
      /^model-invalid: .* metadata key 0 is 1125899906842624, which does not fit/,
    ],
    [
      "has a list of 2^40 numbers",
      oneValue(u32(9), u32(4), u64(1n << 40n), some),
      /^model-invalid: .* length of key is/,
    ],
    [
      "has lists in lists in lists",
      oneValue(u32(9), ...Array.from({ length: 9 }, () => Buffer.concat([u32(9), u64(1n)])), some),
      /^model-invalid: .* nested too deeply/,
    ],
    [
      "has a value of unknown type",
      oneValue(u32(99), some),
      /^model-invalid: .* key has the unknown type 99/,
    ],
    [
      "has alignment 0",
      file(u64(0n), u64(1n), text("general.alignment"), u32(4), u32(0), some),
      /^model-invalid: .* general.alignment 0/,
    ],
    [
      "has a tensor of 9 dimensions",
      oneTensor(u32(9), some),
      /^model-invalid: .* tensor w has 9 dimensions; at most 4/,
    ],
    [
      "has a tensor of unknown type",
      oneTensor(u32(1), u64(32n), u32(77), u64(0n), some),
      /^model-unsupported: .* tensor w has the unknown type 77/,
    ],
    [
      "has a row of half a block",
      oneTensor(u32(1), u64(33n), u32(2), u64(0n), some),
      /^model-invalid: .* tensor w of shape \[33\] is not possible in Q4_0/,
    ],
    [
      "has a tensor of 2^60 values",
      oneTensor(u32(2), u64(1n << 30n), u64(1n << 30n), u32(0), u64(0n), some),
      /^model-invalid: .* is not possible in F32/,
    ],
    [
      "has a tensor beyond its end",
      oneTensor(u32(1), u64(32n), u32(0), u64(1n << 20n), some),
      /^model-invalid: .* is cut short: tensor w ends at byte 1048768, the file at \d+$/,
    ],
  ])("that %s is refused in words", (_name, bytes, wanted) => {
    expect(messageOf(bytes)).toMatch(wanted);
  });

  test("of no existing path is not found", () => {
    expect(() => openGguf(join(folder, "none.gguf"))).toThrow(
      expect.objectContaining({ code: "not-found" }) as UserError,
    );
  });

  test("cut short anywhere is refused", () => {
    const bytes = sound();
    for (let length = 0; length < bytes.length - 24; length++)
      expect(messageOf(bytes.subarray(0, length)), `${length} bytes`).toMatch(/^model-invalid: /);
  });

  test("with any bytes changed is read or refused, and nothing else happens", () => {
    const bytes = sound();
    const change = fc.tuple(fc.nat(bytes.length - 1), fc.nat(255));
    fc.assert(
      fc.property(
        fc.array(change, { minLength: 1, maxLength: 6 }),
        fc.nat(bytes.length),
        (changes, end) => {
          const changed = Buffer.from(bytes);
          for (const [at, byte] of changes) changed[at] = byte;
          writeFileSync(path, end % 3 === 0 ? changed.subarray(0, end) : changed);
          readAll();
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe.skipIf(!modelFile)("the default model (needs T2S_MODEL_FILE)", () => {
  test("opens with its metadata, vocabulary and tensors", () => {
    const file = openGguf(modelFile!);
    expect(file.metadata).toMatchObject({
      "general.architecture": "llama",
      "llama.rope.freq_base": 100_000,
      "tokenizer.ggml.eos_token_id": 2,
      "tokenizer.ggml.add_bos_token": false,
    });
    expect(file.metadata["tokenizer.ggml.tokens"]).toHaveLength(49_152);
    expect(file.tensors.size).toBe(272);
    const last = Math.max(...[...file.tensors.values()].map((it) => it.offset + it.byteLength));
    expect(last).toBe(statSync(modelFile!).size);
    file.close();
  });

  test("cut short in its weights is refused when it is opened", () => {
    const cut = join(folder, "cut.gguf");
    copyFileSync(modelFile!, cut);
    truncateSync(cut, 90_000_000);
    expect(() => openGguf(cut)).toThrow(/is cut short: tensor .* the file at 90000000/);
  });
});

test.skipIf(!python)("Python's gguf reads what we write (needs T2S_PYTHON)", () => {
  writeGguf(path, {
    metadata: { "general.architecture": "llama", alpha: { f32: 1.5 }, list: ["a", "é"], yes: true },
    tensors: [{ name: "w", shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6.5) }],
  });
  const script = `
import json, sys
from gguf import GGUFReader
reader = GGUFReader(sys.argv[1])
fields = {name: field.contents() for name, field in reader.fields.items() if not name.startswith("GGUF.")}
print(json.dumps([fields, reader.tensors[0].name, reader.tensors[0].data.tolist()]))`;
  const { stdout, stderr } = spawnSync(python!, ["-c", script, path], { encoding: "utf8" });
  expect(JSON.parse(stdout || stderr)).toEqual([
    { "general.architecture": "llama", alpha: 1.5, list: ["a", "é"], yes: true },
    "w",
    [
      [1, 2, 3],
      [4, 5, 6.5],
    ],
  ]);
});
