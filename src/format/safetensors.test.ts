import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { UserError } from "../base/errors.ts";
import { type NamedTensor, readSafetensors, writeSafetensors } from "./safetensors.ts";

const python = process.env.T2S_PYTHON;
const folder = mkdtempSync(join(tmpdir(), "t2s-safetensors-"));
const path = join(folder, "x.safetensors");
afterAll(() => rmSync(folder, { recursive: true }));

const tensor: fc.Arbitrary<NamedTensor> = fc
  .record({
    name: fc.string({ unit: "grapheme" }).filter((name) => name !== "__metadata__"),
    shape: fc.array(fc.nat(4), { maxLength: 3 }),
  })
  .chain(({ name, shape }) => {
    const length = shape.reduce((product, n) => product * n, 1);
    return fc
      .float32Array({ minLength: length, maxLength: length, noNaN: true })
      .map((data) => ({ name, shape, data }));
  });

test("what is written is read back", () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(tensor, { selector: ({ name }) => name, maxLength: 5 }),
      fc.dictionary(fc.string(), fc.string()),
      (tensors, metadata) => {
        writeSafetensors(path, tensors, metadata);
        const file = readSafetensors(path);
        expect(Object.entries(file.metadata)).toEqual(Object.entries(metadata));
        expect(new Set(file.shapes.keys())).toEqual(new Set(tensors.map(({ name }) => name)));
        for (const { name, shape, data } of tensors) {
          expect(file.shapes.get(name)).toEqual(shape);
          expect(file.read(name)).toEqual(data);
        }
      },
    ),
    { numRuns: 100 },
  );
});

/** A file with this header and so many bytes of values. */
const fileOf = (header: unknown, dataBytes: number): Buffer => {
  const json = Buffer.from(typeof header === "string" ? header : JSON.stringify(header));
  const length = Buffer.from(BigUint64Array.of(BigInt(json.length)).buffer);
  return Buffer.concat([length, json, Buffer.alloc(dataBytes, 0x3c)]);
};

test("F16 and BF16 are read as float32", () => {
  const entry = (dtype: string, start: number) => ({
    dtype,
    shape: [2],
    data_offsets: [start, start + 4],
  });
  writeFileSync(path, fileOf({ half: entry("F16", 0), brain: entry("BF16", 4) }, 8));
  const file = readSafetensors(path);
  expect(file.read("half")).toEqual(Float32Array.of(1.05859375, 1.05859375));
  expect(file.read("brain")[0]).toBeCloseTo(0.01147, 5);
});

describe("a damaged file", () => {
  const entry = { dtype: "F32", shape: [2, 2], data_offsets: [0, 16] };

  test.each<[string, Buffer, RegExp]>([
    ["is empty", Buffer.alloc(0), /cut short at byte 0/],
    [
      "has a header longer than itself",
      Buffer.concat([Buffer.alloc(8, 0xff), Buffer.alloc(20)]),
      /its header has 18446744073709552000 bytes, the file 28/,
    ],
    ["has a header that is not JSON", fileOf("{,}", 0), /the header is not JSON/],
    ["has a header that is a list", fileOf([], 0), /the header is not an object/],
    [
      "has a tensor without a shape",
      fileOf({ w: { dtype: "F32", data_offsets: [0, 4] } }, 4),
      /tensor w lacks dtype, shape or data_offsets/,
    ],
    ["has a tensor that is null", fileOf({ w: null }, 4), /tensor w lacks/],
    [
      "has a tensor beyond its end",
      fileOf({ w: entry }, 12),
      /tensor w lies at 0 to 16 of 12 bytes; 16 bytes are wanted/,
    ],
    [
      "has a tensor of another size",
      fileOf({ w: { ...entry, shape: [3] } }, 16),
      /12 bytes are wanted/,
    ],
    [
      "has an absurd shape",
      fileOf({ w: { ...entry, shape: [2 ** 50, 2 ** 50] } }, 16),
      /bytes are wanted/,
    ],
  ])("that %s is refused in words", (_name, bytes, wanted) => {
    writeFileSync(path, bytes);
    expect(() => readSafetensors(path)).toThrow(
      expect.objectContaining({
        code: "model-invalid",
        message: expect.stringMatching(wanted),
      }) as UserError,
    );
  });

  test("with any bytes changed is read or refused, and nothing else happens", () => {
    writeSafetensors(path, [{ name: "w", shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) }], {
      a: "b",
    });
    const bytes = readFileSync(path);
    const change = fc.tuple(fc.nat(bytes.length - 1), fc.nat(255));
    fc.assert(
      fc.property(
        fc.array(change, { minLength: 1, maxLength: 4 }),
        fc.nat(bytes.length),
        (changes, end) => {
          const changed = Buffer.from(bytes);
          for (const [at, byte] of changes) changed[at] = byte;
          writeFileSync(path, changed.subarray(0, end));
          try {
            const file = readSafetensors(path);
            for (const name of file.shapes.keys()) file.read(name);
          } catch (error) {
            expect(error).toBeInstanceOf(UserError);
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});

test("a missing file is not found, a missing tensor is named, integers are refused", () => {
  expect(() => readSafetensors(join(folder, "none"))).toThrow(/cannot be opened/);
  writeFileSync(path, fileOf({ ids: { dtype: "I64", shape: [1], data_offsets: [0, 8] } }, 8));
  const file = readSafetensors(path);
  expect(() => file.read("w")).toThrow(/has no tensor w/);
  expect(() => file.read("ids")).toThrow(/weights of type I64 cannot be read/);
});

test.skipIf(!python)("Python's safetensors reads what we write (needs T2S_PYTHON)", () => {
  const tensors = [
    { name: "é", shape: [1], data: Float32Array.of(0.5) },
    { name: "w", shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6.5) },
  ];
  writeSafetensors(path, tensors, { step: "7" });
  const script = `
import json, sys
from safetensors import safe_open
with safe_open(sys.argv[1], "np") as f:
    print(json.dumps([f.metadata(), {name: f.get_tensor(name).tolist() for name in f.keys()}]))`;
  const { stdout, stderr } = spawnSync(python!, ["-c", script, path], { encoding: "utf8" });
  expect(JSON.parse(stdout || stderr)).toEqual([
    { step: "7" },
    {
      w: [
        [1, 2, 3],
        [4, 5, 6.5],
      ],
      é: [0.5],
    },
  ]);
});

test("F16 halves the file and keeps eleven bits of each value", () => {
  const path = join(folder, "half.safetensors");
  const data = Float32Array.of(0, 1, -1, 0.1, 1 / 3, 1e-4, 1000);
  writeSafetensors(path, [{ name: "x", shape: [7], data }], {}, "F16");
  const half = readSafetensors(path).read("x");
  expect([...half]).toEqual([...data].map(Math.f16round));
  half.forEach((value, i) =>
    expect(Math.abs(value - data[i])).toBeLessThanOrEqual(Math.abs(data[i]) / 2048),
  );
});
