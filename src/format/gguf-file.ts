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
