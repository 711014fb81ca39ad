/**
 * LoRA as a rewrite of a graph (Hu et al. 2021, arXiv:2106.09685): linears found by name become W + alpha/rank · B·A.
 *
 * The sum W + scale·B·A is formed once in a graph and multiplied once: x·(W + scale·B·A)ᵀ is x·Wᵀ + scale·(x·Aᵀ)·Bᵀ
 * without the two thin products over all rows, forward and in the gradient of x. Beside a matrix of 8-bit integers,
 * which cannot be added to, the two stand by themselves. Knows no model.
 */
import type { Value } from "../graph/graph.ts";
import { rewrite } from "../graph/graph.ts";
import { addMatmul, input, linearInt8, loraLinear, matmul } from "../graph/build.ts";
import type { AdapterConfig } from "./adapter.ts";

/** The two trained inputs of one linear: a [rank, in] fed as `NAME.lora_A`, b [out, rank] fed as `NAME.lora_B`. */
export type LoraInputs = { readonly name: string; readonly a: Value; readonly b: Value };

export const loraScale = ({ rank, alpha }: AdapterConfig): number => alpha / rank;

/** True if LoRA trains the linear of this name: its last part is a target ("self_attn.q_proj" for "q_proj"). */
export const isTarget = (name: string, config: AdapterConfig): boolean =>
  config.targetModules.includes(name.slice(name.lastIndexOf(".") + 1));

/** Rewrites what the outputs reach, linears of 8-bit integers into their own product; `of` finds the new value of an old one. */
export function applyLora(
  outputs: Iterable<Value>,
  config: AdapterConfig,
): { readonly of: (value: Value) => Value; readonly loraInputs: readonly LoraInputs[] } {
  const loraInputs: LoraInputs[] = [];
  const scale = loraScale(config);
  const of = rewrite(outputs, (value) => {
    if (value.op !== "linear") return undefined;
    const [x, weight] = value.inputs;
    const frozen = weight.op === "fromInt8" ? linearInt8(x, weight.inputs) : undefined;
    if (!isTarget(value.attributes.name, config)) return frozen;
    const [outFeatures, inFeatures] = weight.shape;
    const { name } = value.attributes;
    const a = input(`${name}.lora_A`, [config.rank, inFeatures]);
    const b = input(`${name}.lora_B`, [outFeatures, config.rank]);
    loraInputs.push({ name, a, b });
    if (frozen !== undefined) {
      const down = matmul(x, a, { transB: true });
      return addMatmul(frozen, down, b, { transB: true, alpha: scale });
    }
    return loraLinear(x, addMatmul(weight, b, a, { alpha: scale }), a, b, scale);
  });
  return { of, loraInputs };
}
