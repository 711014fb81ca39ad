/**
 * LoRA as a rewrite of a graph (Hu et al. 2021, arXiv:2106.09685): linears found by name become W + alpha/rank · B·A.
 *
 * The sum W + scale·B·A is formed once in a graph and multiplied once: x·(W + scale·B·A)ᵀ is x·Wᵀ + scale·(x·Aᵀ)·Bᵀ
 * without the two thin products over all rows, forward and in the gradient of x. Knows no model.
 */
import type { Value } from "../graph/graph.ts";
import { rewrite } from "../graph/graph.ts";
import { addMatmul, input, loraLinear } from "../graph/build.ts";
import type { AdapterConfig } from "./adapter.ts";

/** The two trained inputs of one linear: a [rank, in] fed as `NAME.lora_A`, b [out, rank] fed as `NAME.lora_B`. */
export type LoraInputs = { readonly name: string; readonly a: Value; readonly b: Value };

export const loraScale = ({ rank, alpha }: AdapterConfig): number => alpha / rank;

/** True if LoRA trains the linear of this name: its last part is a target ("self_attn.q_proj" for "q_proj"). */
export const isTarget = (name: string, config: AdapterConfig): boolean =>
  config.targetModules.includes(name.slice(name.lastIndexOf(".") + 1));

/** Rewrites what the outputs reach; `of` finds the new value of an old one. */
export function applyLora(
  outputs: Iterable<Value>,
  config: AdapterConfig,
): { readonly of: (value: Value) => Value; readonly loraInputs: readonly LoraInputs[] } {
  const loraInputs: LoraInputs[] = [];
  const scale = loraScale(config);
  const of = rewrite(outputs, (value) => {
    if (value.op !== "linear" || !isTarget(value.attributes.name, config)) return undefined;
    const [x, weight] = value.inputs;
    const [outFeatures, inFeatures] = weight.shape;
    const { name } = value.attributes;
    const a = input(`${name}.lora_A`, [config.rank, inFeatures]);
    const b = input(`${name}.lora_B`, [outFeatures, config.rank]);
    loraInputs.push({ name, a, b });
    return loraLinear(x, addMatmul(weight, b, a, { alpha: scale }), a, b, scale);
  });
  return { of, loraInputs };
}
