/**
 * Reads and writes safetensors: eight bytes of length, a JSON header, raw little-endian values. Writes F32 or
 * F16; reads F32, F16 and BF16 as float32, a tensor at a time. Knows no model and no meaning of a name.
 * Spec: https://github.com/huggingface/safetensors#format
 */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { assert, messageOf, UserError } from "../base/errors.ts";
import { writeFileAtomic } from "../base/files.ts";
import { dequantize } from "./ggml-types.ts";

export type NamedTensor = {
  readonly name: string;
  /** Outermost axis first. */
  readonly shape: readonly number[];
  /** Read once, when the tensor's turn comes: a getter may compute it, so that one tensor at a time is in memory. */
  readonly data: Float32Array;
};

export type SafetensorsFile = {
  readonly path: string;
  readonly metadata: Readonly<Record<string, string>>;
  /** Shape by name, in the order of the file. */
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  /** The tensor's values as float32. Raises `model-invalid` where there is no such tensor, `model-unsupported` for integers. */
  read(name: string): Float32Array;
};

type Entry = { readonly dtype: string; readonly shape: number[]; readonly data_offsets: number[] };

const BYTES_PER_VALUE: Readonly<Record<string, number>> = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  F8_E4M3: 1,
  F8_E5M2: 1,
  I64: 8,
  U64: 8,
  I32: 4,
  U32: 4,
  I16: 2,
  U16: 2,
  I8: 1,
  U8: 1,
  BOOL: 1,
};

/** How values are stored: F16 halves the file and keeps eleven bits of each value. */
export type StoredDtype = "F32" | "F16";

/** Writes a file whole or not at all. `metadata` is text by name. */
export function writeSafetensors(
  path: string,
  tensors: readonly NamedTensor[],
  metadata: Readonly<Record<string, string>> = {},
  dtype: StoredDtype = "F32",
): void {
  let offset = 0;
  const entries = tensors.map(({ name, shape }) => {
    const start = offset;
    offset += BYTES_PER_VALUE[dtype] * countOf(shape);
    return [name, { dtype, shape, data_offsets: [start, offset] }] as const;
  });
  const names = new Set(entries.map(([name]) => name));
  assert(names.size === entries.length && !names.has("__metadata__"), "tensor names are unique");
  const json = JSON.stringify(Object.fromEntries([["__metadata__", metadata], ...entries]));
  writeFileAtomic(path, pieces(json, tensors, dtype));
}

/** The header's length is a multiple of eight so that the values after it are aligned. */
function* pieces(
  json: string,
  tensors: readonly NamedTensor[],
  dtype: StoredDtype,
): Generator<Uint8Array> {
  const unpadded = Buffer.from(json);
  const header = Buffer.concat([unpadded, Buffer.alloc(-unpadded.length & 7, " ")]);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  yield length;
  yield header;
  for (const tensor of tensors) {
    const { name, shape, data } = tensor;
    assert(
      data.length === countOf(shape),
      `${name} has ${data.length} values for [${shape.join()}]`,
    );
    const stored = dtype === "F16" ? new Float16Array(data) : data;
    yield new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength);
  }
}

const countOf = (shape: readonly number[]): number =>
  shape.reduce((product, length) => product * length, 1);

/** Opens a file. Raises `not-found` when it is not there, `model-invalid` when it is damaged or cut short. */
export function readSafetensors(path: string): SafetensorsFile {
  const { entries, metadata, dataStart } = withFile(path, (handle, size) =>
    readHeader(path, handle, size),
  );
  return {
    path,
    metadata,
    shapes: new Map([...entries].map(([name, { shape }]) => [name, shape])),
    read(name) {
      const entry = entries.get(name);
      if (entry === undefined)
        throw new UserError("model-invalid", `${path} has no tensor ${name}`);
      const [start, end] = entry.data_offsets;
      return withFile(path, (handle) =>
        dequantize(entry.dtype, readBytes(path, handle, dataStart + start, end - start)),
      );
    },
  };
}

function withFile<T>(path: string, use: (handle: number, size: number) => T): T {
  let handle: number;
  try {
    handle = openSync(path, "r");
  } catch (error) {
    throw new UserError("not-found", `${path} cannot be opened: ${messageOf(error)}`, {
      cause: error,
    });
  }
  try {
    return use(handle, fstatSync(handle).size);
  } finally {
    closeSync(handle);
  }
}

function readBytes(path: string, handle: number, position: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let done = 0; done < length;) {
    const read = readSync(handle, bytes, done, Math.min(length - done, 1 << 30), position + done);
    if (read === 0)
      throw new UserError("model-invalid", `${path} is cut short at byte ${position + done}`);
    done += read;
  }
  return bytes;
}

type Header = {
  readonly entries: ReadonlyMap<string, Entry>;
  readonly metadata: Readonly<Record<string, string>>;
  readonly dataStart: number;
};

function readHeader(path: string, handle: number, size: number): Header {
  const prefix = readBytes(path, handle, 0, 8);
  const length = Number(new DataView(prefix.buffer).getBigUint64(0, true));
  if (length > size - 8)
    throw new UserError(
      "model-invalid",
      `${path} is cut short or no safetensors file: its header has ${length} bytes, the file ${size}`,
    );
  const header = parseHeader(path, readBytes(path, handle, 8, length));
  const { __metadata__: metadata = {}, ...rest } = header;
  const dataStart = 8 + length;
  for (const [name, entry] of Object.entries(rest)) checkEntry(path, name, entry, size - dataStart);
  if (typeof metadata !== "object" || metadata === null)
    throw new UserError("model-invalid", `${path}: __metadata__ is not an object`);
  return {
    entries: new Map(Object.entries(rest as Record<string, Entry>)),
    metadata: metadata as Record<string, string>,
    dataStart,
  };
}

function parseHeader(path: string, bytes: Uint8Array): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString("utf8"));
    if (typeof value === "object" && value !== null && !Array.isArray(value))
      return value as Record<string, unknown>;
  } catch (error) {
    throw new UserError("model-invalid", `${path}: the header is not JSON: ${messageOf(error)}`, {
      cause: error,
    });
  }
  throw new UserError("model-invalid", `${path}: the header is not an object`);
}

/** Refuses an entry whose shape, type and place do not fit together or into the file. */
function checkEntry(path: string, name: string, value: unknown, dataBytes: number): void {
  const { dtype, shape, data_offsets: offsets } = (value ?? {}) as Partial<Entry>;
  const isCount = (n: unknown) => Number.isSafeInteger(n) && (n as number) >= 0;
  const isList = (list: unknown): list is number[] => Array.isArray(list) && list.every(isCount);
  if (typeof dtype !== "string" || !isList(shape) || !isList(offsets) || offsets.length !== 2)
    throw new UserError(
      "model-invalid",
      `${path}: tensor ${name} lacks dtype, shape or data_offsets`,
    );
  const [start, end] = offsets;
  const wanted = shape.reduce((product, length) => product * length, BYTES_PER_VALUE[dtype] ?? NaN);
  if (Number.isNaN(wanted))
    throw new UserError(
      "model-unsupported",
      `${path}: tensor ${name} has the unknown dtype ${dtype}`,
    );
  if (end - start !== wanted || end > dataBytes)
    throw new UserError(
      "model-invalid",
      `${path}: tensor ${name} lies at ${start} to ${end} of ${dataBytes} bytes; ${wanted} bytes are wanted`,
    );
}
