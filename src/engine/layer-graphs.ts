/**
 * The graphs that training runs: one layer forward, one layer backward, and the head. Weights are inputs, so that one
 * session serves all layers. What a mode keeps is all that distinguishes the modes: the backward graph takes kept values
 * as inputs and computes the others again (rematerialisation; Chen et al. 2016, arXiv:1604.06174).
 */
import { backward } from "./autodiff/backward.ts";
import { input } from "./graph/build.ts";
import { type Graph, type Value, checkGraph, rewrite } from "./graph/graph.ts";
import type { AdapterConfig } from "./lora/adapter.ts";
import { applyLora } from "./lora/lora.ts";
import type { AttentionPlan } from "./models/attention.ts";
import { type LlamaConfig, llamaHead, llamaLayer } from "./models/llama.ts";
import type { Mode } from "./mode.ts";
import { type WeightForms, weightValue } from "./weights.ts";

/** Rows of one run of the head: its logits are [rows, vocab]. */
export const HEAD_ROWS = 64;

export type LayerGraphs = {
  /** x → y and the kept values, named `kept.NAME`. */
  readonly forward: Graph;
  /** x, kept values and dy → dx and the gradient of each LoRA input, named `d.NAME`. */
  readonly backward: Graph;
  /** Names and shapes of what forward hands to backward. */
  readonly kept: Readonly<Record<string, readonly number[]>>;
};

export function createLayerGraphs(
  config: LlamaConfig,
  adapter: AdapterConfig,
  plan: AttentionPlan,
  mode: Mode,
  forms: WeightForms,
): LayerGraphs {
  const layer = llamaLayer(config, plan, (name, shape) => weightValue(forms, name, shape));
  const { of, loraInputs } = applyLora([layer.y], adapter);
  const y = of(layer.y);
  const kept = mode === "checkpoint" ? [] : Object.entries(layer.activations);
  const keptInputs = new Map<Value, Value>(
    kept.map(([name, value]) => [of(value), input(`kept.${name}`, value.shape)]),
  );

  const names = loraInputs.flatMap(({ name }) => [`d.${name}.lora_A`, `d.${name}.lora_B`]);
  const wrt = [layer.x, ...loraInputs.flatMap(({ a, b }) => [a, b])];
  const gradients = backward([{ value: y, cotangent: input("dy", y.shape) }], wrt);
  const fromKept = rewrite(gradients, (_, original) => keptInputs.get(original));
  const outputs = gradients.map(
    (gradient, i) => [["dx", ...names][i], fromKept(gradient)] as const,
  );

  const keptOutputs = kept.map(([name, value]) => [`kept.${name}`, of(value)] as const);
  return {
    forward: checkGraph({ outputs: { y, ...Object.fromEntries(keptOutputs) } }),
    backward: checkGraph({ outputs: Object.fromEntries(outputs) }),
    kept: Object.fromEntries(keptOutputs.map(([name, value]) => [name, value.shape])),
  };
}

/** x, weights of rows and the targets' rows of the head → nll [rows, 1], and dx of Σ nll·lossWeight. */
export function createHeadGraph(config: LlamaConfig, rows: number): Graph {
  const { x, nll } = llamaHead(config, rows);
  const [dx] = backward([{ value: nll, cotangent: input("lossWeight", nll.shape) }], [x]);
  return checkGraph({ outputs: { nll, dx } });
}
