/**
 * Writes GGUF files (version 3, little-endian), whole or not at all. Knows no architecture: which metadata a program
 * expects is the caller's. Spec: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
 */
import { assert } from "../base/errors.ts";
import { writeFileAtomic } from "../base/files.ts";
import { type GgmlType, ggmlTypes } from "./ggml-types.ts";

/** A number names its type, since readers insist on it. A list holds values of one type. */
export type GgufValue =
  | string
  | boolean
  | { readonly u32: number }
  | { readonly i32: number }
  | { readonly u64: number }
  | { readonly f32: number }
  | readonly GgufValue[];

/** A value as it stands in another file, its type in front. */
export type CopiedValue = { readonly bytes: Uint8Array };

export type GgufTensorToWrite = {
  readonly name: string;
  /** Outermost axis first. */
  readonly shape: readonly number[];
  /** "F32" unless said otherwise; then `data` holds the encoded blocks. */
  readonly type?: string;
  /** A function where the whole file would not fit into memory; called once, when its turn to be written has come. */
  readonly data: Float32Array | Uint8Array | (() => Uint8Array);
};

const ALIGNMENT = 32;

export function writeGguf(
  path: string,
  content: {
    readonly metadata: Readonly<Record<string, GgufValue | CopiedValue>>;
    readonly tensors: readonly GgufTensorToWrite[];
  },
): void {
  assert(!("general.alignment" in content.metadata), "the alignment is the writer's");
  const entries = Object.entries(content.metadata);
  let offset = 0;
  const tensorEntries = content.tensors.map((tensor) => {
    const entry = tensorEntry(tensor, offset);
    offset += padded(byteLengthOf(tensor));
    return entry;
  });
  const header = Buffer.concat([
    Buffer.from("GGUF"),
    u32(3),
    u64(content.tensors.length),
    u64(entries.length),
    ...entries.flatMap(([key, value]) => [text(key), ...typed(value)]),
    ...tensorEntries,
  ]);
  writeFileAtomic(path, pieces(header, content.tensors));
}

function* pieces(header: Buffer, tensors: readonly GgufTensorToWrite[]): Generator<Uint8Array> {
  yield header;
  yield Buffer.alloc(padded(header.length) - header.length);
  for (const tensor of tensors) {
    const data = typeof tensor.data === "function" ? tensor.data() : tensor.data;
    assert(
      data.byteLength === byteLengthOf(tensor),
      `${tensor.name} has ${data.byteLength} bytes for shape [${tensor.shape.join()}]`,
    );
    yield new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    yield Buffer.alloc(padded(data.byteLength) - data.byteLength);
  }
}

function typeNamed({ name, type = "F32" }: GgufTensorToWrite): GgmlType {
  const found = ggmlTypes.find((entry) => entry.name === type);
  assert(found !== undefined, `${name} has the unknown type ${type}`);
  return found;
}

function byteLengthOf(tensor: GgufTensorToWrite): number {
  const { valuesPerBlock, bytesPerBlock } = typeNamed(tensor);
  const values = tensor.shape.reduce((product, length) => product * length, 1);
  return (values / valuesPerBlock) * bytesPerBlock;
}

function tensorEntry(tensor: GgufTensorToWrite, offset: number): Buffer {
  const axes = [...tensor.shape].reverse().map(u64);
  const { id } = typeNamed(tensor);
  return Buffer.concat([text(tensor.name), u32(axes.length), ...axes, u32(id), u64(offset)]);
}

const padded = (length: number): number => Math.ceil(length / ALIGNMENT) * ALIGNMENT;

const typed = (value: GgufValue | CopiedValue): Uint8Array[] =>
  typeof value === "object" && "bytes" in value
    ? [value.bytes]
    : [u32(typeOf(value)), encode(value)];

function typeOf(value: GgufValue): number {
  if (typeof value === "string") return 8;
  if (typeof value === "boolean") return 7;
  if ("u32" in value) return 4;
  if ("i32" in value) return 5;
  if ("f32" in value) return 6;
  return "u64" in value ? 10 : 9;
}

function encode(value: GgufValue): Buffer {
  if (typeof value === "string") return text(value);
  if (typeof value === "boolean") return Buffer.from([Number(value)]);
  if ("u32" in value) return u32(value.u32);
  if ("u64" in value) return u64(value.u64);
  const four = Buffer.alloc(4);
  if ("i32" in value) four.writeInt32LE(value.i32);
  else if ("f32" in value) four.writeFloatLE(value.f32);
  else return encodeList(value);
  return four;
}

function encodeList(values: readonly GgufValue[]): Buffer {
  const type = typeOf(values[0] ?? "");
  assert(
    values.every((value) => typeOf(value) === type),
    "a list in GGUF metadata holds values of one type",
  );
  return Buffer.concat([u32(type), u64(values.length), ...values.map(encode)]);
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([u64(bytes.length), bytes]);
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function u64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}
