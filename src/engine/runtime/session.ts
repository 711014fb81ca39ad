/**
 * A graph that can be run: the only file that touches ONNX Runtime. Results are written into arrays of the caller, so
 * that nothing large is allocated in the loop. `run` occupies its thread until it is done.
 */
import type { InferenceSession, Tensor } from "onnxruntime-node";
import { UserError, assert, messageOf } from "../../base/errors.ts";
import { encodeOnnx } from "../../format/onnx.ts";
import { type Graph, inputsOf } from "../graph/graph.ts";
import { type Shape, sizeOf } from "../graph/op.ts";
import { lowerToOnnx } from "./lower.ts";

export type Feed = Float32Array | Uint16Array | Int8Array;
export type SessionOptions = { readonly threads: number };

type Runtime = typeof import("onnxruntime-node");

export class Session {
  readonly #runtime: Runtime;
  readonly #session: InferenceSession;
  readonly #inputs: ReadonlyMap<string, Shape>;
  readonly #outputs: ReadonlyMap<string, Shape>;

  private constructor(runtime: Runtime, session: InferenceSession, graph: Graph) {
    this.#runtime = runtime;
    this.#session = session;
    this.#inputs = new Map(inputsOf(graph).map(({ attributes: { name, shape } }) => [name, shape]));
    this.#outputs = new Map(
      Object.entries(graph.outputs).map(([name, { shape }]) => [name, shape]),
    );
  }

  /** Raises `package-missing` if ONNX Runtime is not installed. */
  static async create(graph: Graph, options: SessionOptions): Promise<Session> {
    const runtime = await loadRuntime();
    const bytes = encodeOnnx(lowerToOnnx(graph));
    const session = await runtime.InferenceSession.create(bytes, sessionOptions(options));
    return new Session(runtime, session, graph);
  }

  get inputNames(): Iterable<string> {
    return this.#inputs.keys();
  }

  /**
   * Computes the outputs named in `results` into their arrays. Feeds that the graph does not use are left out. Raises
   * `memory` if there is not enough.
   */
  async run(
    feeds: Readonly<Record<string, Feed>>,
    results: Readonly<Record<string, Float32Array>>,
  ): Promise<void> {
    const inputs: Record<string, Tensor> = {};
    for (const [name, shape] of this.#inputs) {
      assert(feeds[name] !== undefined, `input ${name} is not fed`);
      inputs[name] = this.#tensor(name, feeds[name], shape);
    }
    const outputs: Record<string, Tensor> = {};
    for (const [name, values] of Object.entries(results)) {
      const shape = this.#outputs.get(name);
      assert(shape !== undefined, `no output ${name}`);
      outputs[name] = this.#tensor(name, values, shape);
    }
    try {
      dropCopies(await this.#session.run(inputs, outputs), results);
    } catch (cause) {
      const message = messageOf(cause);
      if (!/alloc/i.test(message)) throw cause;
      throw new UserError("memory", `not enough memory for a pass: ${message}`, { cause });
    }
  }

  async close(): Promise<void> {
    await this.#session.release();
  }

  #tensor(name: string, values: Feed, shape: Shape): Tensor {
    assert(values.length === sizeOf(shape), `${name} has ${values.length} values for [${shape}]`);
    const { Tensor } = this.#runtime;
    if (values instanceof Float32Array) return new Tensor("float32", values, shape);
    if (values instanceof Uint16Array) return new Tensor("uint16", values, shape);
    return new Tensor("int8", values, shape);
  }
}

/**
 * Besides writing to the arrays it is given, version 1.30 returns a copy of every output. Detaching a copy frees it now
 * instead of when the garbage collector comes by, which would be hundreds of megabytes later.
 */
function dropCopies(
  copies: InferenceSession.ReturnType,
  results: Readonly<Record<string, Float32Array>>,
): void {
  for (const [name, { data }] of Object.entries(copies))
    if (data instanceof Float32Array && data.buffer !== results[name].buffer)
      (data.buffer as ArrayBuffer).transfer(0);
}

/** Memory patterns and prepacking are of no use where weights are fed: they would only hold memory. */
const sessionOptions = ({ threads }: SessionOptions): InferenceSession.SessionOptions => ({
  intraOpNumThreads: threads,
  interOpNumThreads: 1,
  executionMode: "sequential",
  graphOptimizationLevel: "basic",
  enableMemPattern: false,
  logSeverityLevel: 3,
  extra: { session: { disable_prepacking: "1" } },
});

async function loadRuntime(): Promise<Runtime> {
  try {
    return await import("onnxruntime-node");
  } catch (cause) {
    throw new UserError(
      "package-missing",
      `training needs onnxruntime-node, which cannot be loaded: ${messageOf(cause)}`,
      { cause },
    );
  }
}
