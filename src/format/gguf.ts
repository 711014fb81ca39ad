/**
 * Reads GGUF, llama.cpp's model file: header, metadata and the place of every tensor at once, values on demand and
 * dequantised. Our own reader because @huggingface/gguf reads through promises and gives no tensor values. A damaged
 * file ends in a `UserError` that says what was got and wanted, and never in an allocation larger than the file.
 * Knows no architecture. Spec: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
 */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { assert, messageOf, UserError } from "../base/errors.ts";
import { dequantize, ggmlTypes } from "./ggml-types.ts";
import type { CopyableGguf, GgufFile, GgufTensor } from "./gguf-file.ts";

const VERSIONS = [2, 3];
const MAX_DIMENSIONS = 4;
const MAX_NESTED_ARRAYS = 4;
const WINDOW_BYTES = 1 << 20;
/** Name length, number of dimensions, type, offset: no tensor's entry is shorter. */
const MIN_TENSOR_ENTRY_BYTES = 24;
/** Key length, type, a value of one byte. */
const MIN_METADATA_ENTRY_BYTES = 13;

type Scalar = { readonly bytes: number; readonly read: (view: DataView) => number | boolean };

/** Metadata types by their number; 64-bit integers lose what a double cannot hold. */
const SCALARS: Readonly<Record<number, Scalar>> = {
  0: { bytes: 1, read: (view) => view.getUint8(0) },
  1: { bytes: 1, read: (view) => view.getInt8(0) },
  2: { bytes: 2, read: (view) => view.getUint16(0, true) },
  3: { bytes: 2, read: (view) => view.getInt16(0, true) },
  4: { bytes: 4, read: (view) => view.getUint32(0, true) },
  5: { bytes: 4, read: (view) => view.getInt32(0, true) },
  6: { bytes: 4, read: (view) => view.getFloat32(0, true) },
  7: { bytes: 1, read: (view) => view.getUint8(0) !== 0 },
  10: { bytes: 8, read: (view) => Number(view.getBigUint64(0, true)) },
  11: { bytes: 8, read: (view) => Number(view.getBigInt64(0, true)) },
  12: { bytes: 8, read: (view) => view.getFloat64(0, true) },
};
const STRING = 8;
const ARRAY = 9;
/** A string is at least its length, an array at least the type and number of its values. */
const MIN_STRING_BYTES = 8;
const MIN_ARRAY_BYTES = 12;

/**
 * Opens a GGUF file. Raises `not-found` when there is no such file, `model-invalid` when it is damaged or cut short,
 * `model-unsupported` when its version, byte order or a tensor type is not known.
 */
export function openGguf(path: string): CopyableGguf {
  const handle = open(path);
  try {
    const cursor = new Cursor(path, handle);
    const counts = readCounts(cursor);
    const { metadata, places } = readMetadata(cursor, counts.metadata);
    const tensors = readTensorEntries(cursor, counts.tensors, alignmentOf(path, metadata));
    return asFile(path, handle, metadata, places, tensors);
  } catch (error) {
    closeSync(handle);
    throw error;
  }
}

function open(path: string): number {
  try {
    return openSync(path, "r");
  } catch (error) {
    throw new UserError(
      "not-found",
      `the model file ${path} cannot be opened: ${messageOf(error)}`,
      {
        cause: error,
      },
    );
  }
}

function asFile(
  path: string,
  handle: number,
  metadata: GgufFile["metadata"],
  places: ReadonlyMap<string, Place>,
  tensors: GgufFile["tensors"],
): CopyableGguf {
  let isOpen = true;
  const read = ({ offset, byteLength }: Place) => {
    assert(isOpen, `${path} was read after it was closed`);
    const bytes = new Uint8Array(byteLength);
    readFully(path, handle, bytes, offset);
    return bytes;
  };
  const tensorNamed = (name: string): GgufTensor => {
    const tensor = tensors.get(name);
    if (tensor === undefined) throw new UserError("model-invalid", `${path} has no tensor ${name}`);
    return tensor;
  };
  return {
    path,
    metadata,
    tensors,
    readMetadataBytes(key) {
      const place = places.get(key);
      assert(place !== undefined, `${path} has no metadata ${key}`);
      return read(place);
    },
    readTensor(name) {
      const tensor = tensorNamed(name);
      return dequantize(tensor.type, read(tensor));
    },
    readTensorBytes: (name) => read(tensorNamed(name)),
    close() {
      if (isOpen) closeSync(handle);
      isOpen = false;
    },
  };
}

function readCounts(cursor: Cursor): { readonly tensors: number; readonly metadata: number } {
  const { path } = cursor;
  const magic = Buffer.from(cursor.take(4, "magic")).toString("latin1");
  if (magic !== "GGUF")
    throw new UserError(
      "model-invalid",
      `${path} starts with ${JSON.stringify(magic)}, not "GGUF"`,
    );
  const version = cursor.u32("version");
  if (!VERSIONS.includes(version)) {
    const isBigEndian = version !== 0 && (version & 0xffff) === 0;
    throw new UserError(
      "model-unsupported",
      isBigEndian
        ? `${path} is a big-endian GGUF file; little-endian is read`
        : `${path} has GGUF version ${version}; ${VERSIONS.join(" and ")} are read`,
    );
  }
  const tensors = cursor.count("number of tensors", MIN_TENSOR_ENTRY_BYTES);
  return { tensors, metadata: cursor.count("number of metadata", MIN_METADATA_ENTRY_BYTES) };
}

/** Bytes of the file. */
type Place = Pick<GgufTensor, "offset" | "byteLength">;

function readMetadata(cursor: Cursor, count: number) {
  const entries = new Map<string, unknown>();
  const places = new Map<string, Place>();
  for (let i = 0; i < count; i++) {
    const key = cursor.string(`metadata key ${i}`);
    if (entries.has(key))
      throw new UserError("model-invalid", `${cursor.path} has the metadata ${key} twice`);
    const offset = cursor.position;
    entries.set(key, readValue(cursor, cursor.u32(key), key, 0));
    places.set(key, { offset, byteLength: cursor.position - offset });
  }
  return { metadata: Object.fromEntries(entries), places };
}

function readValue(cursor: Cursor, type: number, what: string, depth: number): unknown {
  if (type === STRING) return cursor.string(what);
  if (type === ARRAY) return readArray(cursor, what, depth);
  const found = SCALARS[type];
  if (found === undefined)
    throw new UserError("model-invalid", `${cursor.path}: ${what} has the unknown type ${type}`);
  return found.read(cursor.view(found.bytes, what));
}

function readArray(cursor: Cursor, what: string, depth: number): unknown[] {
  const type = cursor.u32(what);
  const minBytes =
    type === STRING ? MIN_STRING_BYTES : type === ARRAY ? MIN_ARRAY_BYTES : SCALARS[type]?.bytes;
  if (minBytes === undefined || depth === MAX_NESTED_ARRAYS)
    throw new UserError(
      "model-invalid",
      `${cursor.path}: ${what} is an array of the unknown type ${type}, or nested too deeply`,
    );
  const count = cursor.count(`length of ${what}`, minBytes);
  const values: unknown[] = [];
  for (let i = 0; i < count; i++) values.push(readValue(cursor, type, what, depth + 1));
  return values;
}

function alignmentOf(path: string, metadata: Readonly<Record<string, unknown>>): number {
  const alignment = metadata["general.alignment"] ?? 32;
  if (typeof alignment === "number" && Number.isInteger(alignment) && alignment > 0)
    return alignment;
  throw new UserError(
    "model-invalid",
    `${path} has general.alignment ${String(alignment)}; a positive integer is wanted`,
  );
}

function readTensorEntries(
  cursor: Cursor,
  count: number,
  alignment: number,
): ReadonlyMap<string, GgufTensor> {
  const entries: GgufTensor[] = [];
  for (let i = 0; i < count; i++) entries.push(readTensorEntry(cursor, i));
  const start = Math.ceil(cursor.position / alignment) * alignment;
  const tensors = new Map<string, GgufTensor>();
  for (const entry of entries) {
    const tensor = { ...entry, offset: start + entry.offset };
    const end = tensor.offset + tensor.byteLength;
    if (end > cursor.size)
      throw new UserError(
        "model-invalid",
        `${cursor.path} is cut short: tensor ${tensor.name} ends at byte ${end}, the file at ${cursor.size}`,
      );
    if (tensors.has(tensor.name))
      throw new UserError("model-invalid", `${cursor.path} has the tensor ${tensor.name} twice`);
    tensors.set(tensor.name, tensor);
  }
  return tensors;
}

/** One tensor's entry, its offset still from the start of the tensor data. */
function readTensorEntry(cursor: Cursor, index: number): GgufTensor {
  const name = cursor.string(`name of tensor ${index}`);
  const dimensions = cursor.u32(name);
  if (dimensions > MAX_DIMENSIONS)
    throw new UserError(
      "model-invalid",
      `${cursor.path}: tensor ${name} has ${dimensions} dimensions; at most ${MAX_DIMENSIONS} are possible`,
    );
  const shape = Array.from({ length: dimensions }, () => cursor.u64(name)).reverse();
  const typeId = cursor.u32(name);
  const offset = cursor.u64(name);
  const found = ggmlTypes.find(({ id }) => id === typeId);
  if (found === undefined)
    throw new UserError(
      "model-unsupported",
      `${cursor.path}: tensor ${name} has the unknown type ${typeId}`,
    );
  const values = shape.reduce((product, length) => product * length, 1);
  const byteLength = (values / found.valuesPerBlock) * found.bytesPerBlock;
  if (
    (shape.at(-1) ?? 1) % found.valuesPerBlock !== 0 ||
    !Number.isSafeInteger(offset + byteLength)
  )
    throw new UserError(
      "model-invalid",
      `${cursor.path}: tensor ${name} of shape [${shape.join(", ")}] is not possible in ${found.name}`,
    );
  return { name, type: found.name, shape, offset, byteLength };
}

/** Walks the header through a window of the file; every length is checked against what is left before it is used. */
class Cursor {
  readonly path: string;
  readonly size: number;
  position = 0;
  readonly #handle: number;
  #window: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  #windowStart = 0;

  constructor(path: string, handle: number) {
    this.path = path;
    this.#handle = handle;
    this.size = fstatSync(handle).size;
  }

  /** The next `length` bytes; valid until the next call. */
  take(length: number, what: string): Uint8Array<ArrayBuffer> {
    if (length > this.size - this.position)
      throw new UserError(
        "model-invalid",
        `${this.path} is cut short: ${what} needs ${length} bytes at ${this.position}, the file has ${this.size}`,
      );
    if (this.position + length > this.#windowStart + this.#window.length) this.#fill(length);
    const from = this.position - this.#windowStart;
    this.position += length;
    return this.#window.subarray(from, from + length);
  }

  view(length: number, what: string): DataView {
    const bytes = this.take(length, what);
    return new DataView(bytes.buffer, bytes.byteOffset, length);
  }

  u32(what: string): number {
    return this.view(4, what).getUint32(0, true);
  }

  u64(what: string): number {
    const value = this.view(8, what).getBigUint64(0, true);
    if (value <= BigInt(Number.MAX_SAFE_INTEGER)) return Number(value);
    throw new UserError("model-invalid", `${this.path}: ${what} holds the absurd number ${value}`);
  }

  /** How many entries of at least `minBytes` follow. */
  count(what: string, minBytes: number): number {
    const count = this.u64(what);
    if (count * minBytes <= this.size - this.position) return count;
    throw new UserError(
      "model-invalid",
      `${this.path} is cut short or damaged: ${what} is ${count}, which does not fit into ${this.size} bytes`,
    );
  }

  string(what: string): string {
    return Buffer.from(this.take(this.count(what, 1), what)).toString("utf8");
  }

  #fill(length: number): void {
    const left = this.size - this.position;
    this.#window = new Uint8Array(Math.min(left, Math.max(length, WINDOW_BYTES)));
    this.#windowStart = this.position;
    readFully(this.path, this.#handle, this.#window, this.position);
  }
}

/** Reads exactly as many bytes as `target` holds; in pieces, since one call reads less than 2 GiB. */
function readFully(path: string, handle: number, target: Uint8Array, position: number): void {
  for (let done = 0; done < target.length;) {
    const wanted = Math.min(target.length - done, 1 << 30);
    const read = readSync(handle, target, done, wanted, position + done);
    if (read === 0)
      throw new UserError("model-invalid", `${path} is cut short at byte ${position + done}`);
    done += read;
  }
}
