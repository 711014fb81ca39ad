/** The shape of an opened GGUF file, shared by the reader and everyone who takes weights or metadata from it. */
export type GgufTensor = {
  readonly name: string;
  /** "F32", "F16", "BF16", "Q8_0", "Q4_0", "Q4_1", … as llama.cpp writes them. */
  readonly type: string;
  /** Outermost axis first: [out, in] for a linear layer (GGUF stores the reverse). */
  readonly shape: readonly number[];
  /** Bytes from the start of the file. */
  readonly offset: number;
  readonly byteLength: number;
};

export type GgufFile = {
  readonly path: string;
  /** Keys as in the file, such as "general.architecture"; arrays are plain arrays, 64-bit integers are numbers. */
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly tensors: ReadonlyMap<string, GgufTensor>;
  /** The tensor's values as float32, dequantised. */
  readTensor(name: string): Float32Array;
  close(): void;
};

/** With what is copied from file to file as it stands. */
export type CopyableGguf = GgufFile & {
  /** A metadata value, its type in front (format/gguf-writer.ts). */
  readMetadataBytes(key: string): Uint8Array;
  /** The tensor's blocks. */
  readTensorBytes(name: string): Uint8Array;
};
