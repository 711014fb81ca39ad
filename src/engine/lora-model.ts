/**
 * A frozen model with a trained adapter: loss, gradients and log-probabilities of forests. Layers run one by one
 * through the same sessions with their own weights. Knows no optimiser: whoever trains changes `parameters` in place.
 */
import { assert } from "../base/errors.ts";
import type { GgufFile } from "../format/gguf-file.ts";
import { checkAdapter, freshAdapter, pairsOfLayer } from "./adapter-of-model.ts";
import type { Forest } from "./forest.ts";
import { sizeOf } from "./graph/op.ts";
import { HEAD_ROWS, createHeadGraph, createLayerGraphs } from "./layer-graphs.ts";
import { LayerSessions, type OpenSessions } from "./layer-sessions.ts";
import { type Layout, type LossRow, layOut } from "./layout.ts";
import type { Adapter, AdapterConfig } from "./lora/adapter.ts";
import { dropoutMasks, maskColumns } from "./lora/dropout.ts";
import type { Mode, Precision } from "./mode.ts";
import { groupOf } from "./models/attention.ts";
import { readLlamaConfig } from "./models/gguf-names.ts";
import { type LlamaConfig, rotaryTables } from "./models/llama.ts";
import { type Feed, Session } from "./runtime/session.ts";
import { type ModelWeights, formsOf, readWeights } from "./weights.ts";

/** "model.layers.0.self_attn.q_proj.lora_A" and its shape. */
export type ParameterName = { readonly name: string; readonly shape: readonly [number, number] };

export type LossAndGrads = {
  /** Sum of the negative log-likelihoods of the loss tokens, in nats. Not finite if training diverged. */
  readonly lossSum: number;
  readonly lossTokens: number;
  /** Gradient of weight · lossSum in the order of `parameters`; the arrays are used again by the next call. */
  readonly grads: readonly Float32Array[];
};

export type LoraModelOptions = {
  readonly weights: GgufFile;
  /** An adapter to go on with, or the shape of a new one and the seed of its first numbers. */
  readonly adapter: Adapter | (AdapterConfig & { readonly seed: number });
  readonly mode?: Mode;
  readonly precision?: Precision;
  readonly threads?: number;
  /** So many of the last layers are trained; the layers before them keep the adapter that they have. All, if left out. */
  readonly tunedLayers?: number;
};

/**
 * Reads the weights and opens the head's session. Raises `model-unsupported` and `model-invalid` for the file,
 * `config-invalid` and `run-mismatch` for the adapter, and `package-missing`.
 */
export async function createLoraModel(options: LoraModelOptions): Promise<LoraModel> {
  const { weights, adapter, mode = "checkpoint", precision, threads = 2 } = options;
  const config = readLlamaConfig(weights);
  const start = "pairs" in adapter ? adapter : freshAdapter(config, adapter);
  checkAdapter(config, start);
  const forms = formsOf(weights, config, mode, precision);
  const sessions = new LayerSessions(
    (plan) => createLayerGraphs(config, start.config, plan, mode, forms),
    { threads },
  );
  const head = await Session.create(createHeadGraph(config, HEAD_ROWS), { threads });
  const { tunedLayers = config.numHiddenLayers } = options;
  return new LoraModel(
    config,
    readWeights(weights, config, forms),
    start,
    Math.max(0, config.numHiddenLayers - tunedLayers),
    { head, layers: sessions },
  );
}

/** What one forest's passes share. */
type Pass = {
  readonly layout: Layout;
  readonly sessions: OpenSessions;
  /** What every layer is fed. */
  readonly feeds: Readonly<Record<string, Feed>>;
  /** By the name of a linear; empty without dropout. */
  readonly dropoutMasks: ReadonlyMap<string, Float32Array>;
};

export class LoraModel {
  readonly config: LlamaConfig;
  /** The trained arrays, live: the optimiser changes them in place. */
  readonly parameters: readonly Float32Array[];
  /** Names and shapes in the order of `parameters`. */
  readonly parameterNames: readonly ParameterName[];
  readonly #weights: ModelWeights;
  readonly #adapter: Adapter;
  /** The backward pass ends here. */
  readonly #firstTuned: number;
  readonly #head: Session;
  readonly #sessions: LayerSessions;
  readonly #grads: ReadonlyMap<string, Float32Array>;
  readonly #arrays = new Map<string, Float32Array>();

  /** Use `createLoraModel`. */
  constructor(
    config: LlamaConfig,
    weights: ModelWeights,
    adapter: Adapter,
    firstTuned: number,
    sessions: { readonly head: Session; readonly layers: LayerSessions },
  ) {
    this.config = config;
    this.#weights = weights;
    this.#adapter = adapter;
    this.#firstTuned = firstTuned;
    this.#head = sessions.head;
    this.#sessions = sessions.layers;
    const layers = Array.from({ length: config.numHiddenLayers }, (_, layer) => layer);
    const tuned = layers.slice(firstTuned).flatMap((layer) => pairsOfLayer(adapter, layer));
    this.parameters = tuned.flatMap(({ a, b }) => [a, b]);
    this.parameterNames = tuned.flatMap(({ name, inFeatures, outFeatures }): ParameterName[] => [
      { name: `${name}.lora_A`, shape: [adapter.config.rank, inFeatures] },
      { name: `${name}.lora_B`, shape: [outFeatures, adapter.config.rank] },
    ]);
    this.#grads = new Map(
      this.parameterNames.map(({ name, shape }) => [name, new Float32Array(sizeOf(shape))]),
    );
  }

  /** The adapter as it stands; its arrays are the live ones. */
  adapter(): Adapter {
    return this.#adapter;
  }

  /**
   * Loss and gradients of one forest. `weight` scales the gradients: 1 ÷ the loss tokens of all forests of the step.
   * Without a `dropoutSeed` nothing is dropped. One call at a time. Raises `data-invalid` for a forest that is none.
   */
  async lossAndGrads(
    forest: Forest,
    { weight, dropoutSeed }: { readonly weight: number; readonly dropoutSeed?: number },
  ): Promise<LossAndGrads> {
    const pass = await this.#begin(forest, dropoutSeed);
    const last = await this.#runForward(pass, (layer) =>
      layer < this.#firstTuned ? {} : this.#keptOf(pass, layer),
    );
    const dy = this.#array("dy", last.length).fill(0);
    const nll = await this.#runHead(last, pass.layout.lossRows, { weight, dy });
    const grads = await this.#runBackward(pass, dy);
    return { lossSum: nll.reduce((sum, value) => sum + value, 0), lossTokens: nll.length, grads };
  }

  /** Natural logarithms of the probabilities of the loss tokens, by segment. */
  async logProbs(forest: Forest): Promise<Float32Array[]> {
    const pass = await this.#begin(forest);
    const { lossRows } = pass.layout;
    const nll = await this.#runHead(await this.#runForward(pass, () => ({})), lossRows);
    return forest.segments.map((_, segment) =>
      nll.filter((_value, i) => lossRows[i].segment === segment).map((value) => -value),
    );
  }

  async close(): Promise<void> {
    await this.#head.close();
    await this.#sessions.close();
    this.#arrays.clear();
  }

  async #begin(forest: Forest, dropoutSeed?: number): Promise<Pass> {
    const { vocabSize } = this.config;
    const allocate = (name: string, length: number) => this.#array(name, length);
    const layout = layOut(forest, vocabSize, groupOf(this.config), allocate);
    const tables = rotaryTables(this.config, layout.positions, this.#weights.ropeFactors);
    const masks = layout.masks.map((mask, i) => [`mask.${i}`, mask] as const);
    return {
      layout,
      sessions: await this.#sessions.get(layout.plan),
      feeds: { ...tables, ...Object.fromEntries(masks) },
      dropoutMasks:
        dropoutSeed === undefined ? new Map() : dropoutMasks(this.#adapter, dropoutSeed),
    };
  }

  /** The weights and LoRA inputs of a layer. */
  #feedsOfLayer(layer: number, masks: Pass["dropoutMasks"]): Record<string, Feed> {
    const feeds: Record<string, Feed> = { ...this.#weights.layers[layer] };
    for (const { name, inner, a, b } of pairsOfLayer(this.#adapter, layer)) {
      const mask = masks.get(name);
      feeds[`${inner}.lora_A`] =
        mask === undefined ? a : maskColumns(a, mask, this.#array(`masked ${inner}`, a.length));
      feeds[`${inner}.lora_B`] = b;
    }
    return feeds;
  }

  /** Runs all layers; keeps the input of each, and what `keptOf` gives arrays for. Returns the last layer's output. */
  async #runForward(
    { sessions, layout, feeds, dropoutMasks: masks }: Pass,
    keptOf: (layer: number) => Readonly<Record<string, Float32Array>>,
  ): Promise<Float32Array> {
    const { hiddenSize, numHiddenLayers } = this.config;
    const { embedding } = this.#weights;
    const size = layout.plan.rows * hiddenSize;
    let x = this.#array("x 0", size);
    layout.tokenIds.forEach((id, row) =>
      rowOf(x, row, hiddenSize).set(rowOf(embedding, id, hiddenSize)),
    );
    for (let layer = 0; layer < numHiddenLayers; layer++) {
      const y = this.#array(`x ${layer + 1}`, size);
      const inputs = { x, ...feeds, ...this.#feedsOfLayer(layer, masks) };
      await sessions.forward.run(inputs, { y, ...keptOf(layer) });
      x = y;
    }
    return x;
  }

  #keptOf({ sessions }: Pass, layer: number): Record<string, Float32Array> {
    return Object.fromEntries(
      Object.entries(sessions.kept).map(([name, shape]) => [
        name,
        this.#array(`${name} ${layer}`, sizeOf(shape)),
      ]),
    );
  }

  /** Negative log-likelihoods by loss row; with `into`, adds the gradient of weight · Σ nll to the rows of dy. */
  async #runHead(
    last: Float32Array,
    lossRows: readonly LossRow[],
    into?: { readonly weight: number; readonly dy: Float32Array },
  ): Promise<Float32Array> {
    const { hiddenSize } = this.config;
    const { head, norm } = this.#weights;
    const nllOfAll = new Float32Array(lossRows.length);
    const nll = new Float32Array(HEAD_ROWS);
    const [x, targetRows, dx] = ["head x", "head targets", "head dx"].map((name) =>
      this.#array(name, HEAD_ROWS * hiddenSize).fill(0),
    );
    for (let start = 0; start < lossRows.length; start += HEAD_ROWS) {
      const chunk = lossRows.slice(start, start + HEAD_ROWS);
      chunk.forEach(({ row, targetId }, i) => {
        rowOf(x, i, hiddenSize).set(rowOf(last, row, hiddenSize));
        rowOf(targetRows, i, hiddenSize).set(rowOf(head, targetId, hiddenSize));
      });
      // Rows left from the chunk before weigh nothing.
      const lossWeight = new Float32Array(HEAD_ROWS).fill(into?.weight ?? 0, 0, chunk.length);
      const results: Record<string, Float32Array> = into === undefined ? { nll } : { nll, dx };
      await this.#head.run({ x, norm, head, targetRows, lossWeight }, results);
      nllOfAll.set(nll.subarray(0, chunk.length), start);
      if (into === undefined) continue;
      chunk.forEach(({ row }, i) =>
        addTo(rowOf(into.dy, row, hiddenSize), rowOf(dx, i, hiddenSize)),
      );
    }
    return nllOfAll;
  }

  /** From the gradient of the last layer's output to those of all parameters. */
  async #runBackward(pass: Pass, dyOfLast: Float32Array): Promise<Float32Array[]> {
    const { sessions, layout, feeds, dropoutMasks: masks } = pass;
    const size = layout.plan.rows * this.config.hiddenSize;
    let dy = dyOfLast;
    for (let layer = this.config.numHiddenLayers - 1; layer >= this.#firstTuned; layer--) {
      const dx = this.#array(`dx ${layer % 2}`, size);
      const kept = { x: this.#array(`x ${layer}`, size), ...this.#keptOf(pass, layer) };
      const inputs = { dy, ...kept, ...feeds, ...this.#feedsOfLayer(layer, masks) };
      await sessions.backward.run(inputs, { dx, ...this.#gradsOfLayer(layer) });
      dy = dx;
    }
    for (const [name, mask] of masks) {
      const grad = this.#grads.get(`${name}.lora_A`);
      if (grad !== undefined) maskColumns(grad, mask, grad);
    }
    return [...this.#grads.values()];
  }

  #gradsOfLayer(layer: number): Record<string, Float32Array> {
    const grads: Record<string, Float32Array> = {};
    for (const { name, inner } of pairsOfLayer(this.#adapter, layer)) {
      grads[`d.${inner}.lora_A`] = this.#grad(`${name}.lora_A`);
      grads[`d.${inner}.lora_B`] = this.#grad(`${name}.lora_B`);
    }
    return grads;
  }

  #grad(name: string): Float32Array {
    const grad = this.#grads.get(name);
    assert(grad !== undefined, `no parameter ${name}`);
    return grad;
  }

  /** An array of the given length that the next call with this name gets again. */
  #array(name: string, length: number): Float32Array {
    const known = this.#arrays.get(name);
    if (known !== undefined && known.length >= length) return known.subarray(0, length);
    const array = new Float32Array(length);
    this.#arrays.set(name, array);
    return array;
  }
}

const rowOf = (values: Float32Array, row: number, width: number): Float32Array =>
  values.subarray(row * width, (row + 1) * width);

function addTo(target: Float32Array, values: Float32Array): void {
  for (let i = 0; i < values.length; i++) target[i] += values[i];
}
