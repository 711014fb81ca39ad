/**
 * Writes ONNX models: the protobuf messages that a computation graph needs and no more. Knows no operator: names,
 * attributes and shapes are the caller's. Spec: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
 */

/** TensorProto.DataType. */
const DATA_TYPES = { f32: 1, u8: 2, i8: 3, u16: 4, i64: 7, bf16: 16 } as const;
export type OnnxDataType = keyof typeof DATA_TYPES;

export type OnnxTensor = {
  readonly name: string;
  readonly dataType: OnnxDataType;
  readonly shape: readonly number[];
  /** Little-endian values, row-major. */
  readonly bytes: Uint8Array;
};

/** An integer, a float or a list of integers: ONNX tells them apart by type, JavaScript cannot. */
export type OnnxAttribute =
  | { readonly int: number }
  | { readonly float: number }
  | { readonly ints: readonly number[] };

export type OnnxNode = {
  readonly opType: string;
  /** "" is ONNX's own operator set. */
  readonly domain?: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, OnnxAttribute>>;
};

export type OnnxValue = Omit<OnnxTensor, "bytes">;

export type OnnxGraph = {
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxTensor[];
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  /** Version of each operator set by domain. */
  readonly opsets: Readonly<Record<string, number>>;
};

const IR_VERSION = 10;
const ATTRIBUTE_FLOAT = 1;
const ATTRIBUTE_INT = 2;
const ATTRIBUTE_INTS = 7;

/** The ModelProto of a graph as bytes. */
export function encodeOnnx(graph: OnnxGraph): Uint8Array {
  const model = new ProtoWriter().int(1, IR_VERSION).string(2, "text2sql-tuner");
  model.message(7, (proto) => writeGraph(proto, graph));
  for (const [domain, version] of Object.entries(graph.opsets))
    model.message(8, (proto) => proto.string(1, domain).int(2, version));
  return model.bytes();
}

function writeGraph(proto: ProtoWriter, graph: OnnxGraph): void {
  graph.nodes.forEach((node, i) => proto.message(1, (inner) => writeNode(inner, node, i)));
  proto.string(2, "graph");
  for (const tensor of graph.initializers) proto.message(5, (inner) => writeTensor(inner, tensor));
  for (const value of graph.inputs) proto.message(11, (inner) => writeValue(inner, value));
  for (const value of graph.outputs) proto.message(12, (inner) => writeValue(inner, value));
}

function writeNode(proto: ProtoWriter, node: OnnxNode, index: number): void {
  for (const name of node.inputs) proto.string(1, name);
  for (const name of node.outputs) proto.string(2, name);
  proto.string(3, `${node.opType}_${index}`).string(4, node.opType);
  for (const [name, value] of Object.entries(node.attributes ?? {}))
    proto.message(5, (inner) => writeAttribute(inner, name, value));
  if (node.domain) proto.string(7, node.domain);
}

function writeAttribute(proto: ProtoWriter, name: string, value: OnnxAttribute): void {
  proto.string(1, name);
  if ("int" in value) proto.int(3, value.int).int(20, ATTRIBUTE_INT);
  else if ("float" in value) proto.float(2, value.float).int(20, ATTRIBUTE_FLOAT);
  else {
    for (const item of value.ints) proto.int(8, item);
    proto.int(20, ATTRIBUTE_INTS);
  }
}

function writeTensor(proto: ProtoWriter, tensor: OnnxTensor): void {
  for (const size of tensor.shape) proto.int(1, size);
  proto.int(2, DATA_TYPES[tensor.dataType]).string(8, tensor.name).blob(9, tensor.bytes);
}

function writeValue(proto: ProtoWriter, value: OnnxValue): void {
  proto.string(1, value.name).message(2, (type) =>
    type.message(1, (tensorType) =>
      tensorType.int(1, DATA_TYPES[value.dataType]).message(2, (shape) => {
        for (const size of value.shape) shape.message(1, (dimension) => dimension.int(1, size));
      }),
    ),
  );
}

/** Protobuf wire format, write only: varints, 32-bit floats, and length-delimited strings, bytes and messages. */
class ProtoWriter {
  #buffer = new Uint8Array(256);
  #length = 0;

  int(field: number, value: number): this {
    this.#varint(BigInt(field << 3));
    this.#varint(BigInt.asUintN(64, BigInt(value)));
    return this;
  }

  float(field: number, value: number): this {
    this.#varint(BigInt((field << 3) | 5));
    this.#append(new Uint8Array(new Float32Array([value]).buffer));
    return this;
  }

  string(field: number, text: string): this {
    return this.blob(field, new TextEncoder().encode(text));
  }

  blob(field: number, bytes: Uint8Array): this {
    this.#varint(BigInt((field << 3) | 2));
    this.#varint(BigInt(bytes.length));
    this.#append(bytes);
    return this;
  }

  message(field: number, write: (inner: ProtoWriter) => void): this {
    const inner = new ProtoWriter();
    write(inner);
    return this.blob(field, inner.bytes());
  }

  bytes(): Uint8Array {
    return this.#buffer.slice(0, this.#length);
  }

  #varint(value: bigint): void {
    const bytes: number[] = [];
    let rest = value;
    do {
      const low = Number(rest & 127n);
      rest >>= 7n;
      bytes.push(rest > 0n ? low | 128 : low);
    } while (rest > 0n);
    this.#append(Uint8Array.from(bytes));
  }

  #append(bytes: Uint8Array): void {
    const needed = this.#length + bytes.length;
    if (needed > this.#buffer.length) {
      const larger = new Uint8Array(Math.max(needed, this.#buffer.length * 2));
      larger.set(this.#buffer.subarray(0, this.#length));
      this.#buffer = larger;
    }
    this.#buffer.set(bytes, this.#length);
    this.#length = needed;
  }
}
