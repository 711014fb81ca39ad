/** Where adapters and models meet: which linears an adapter trains, a fresh adapter, and whether one fits. */
import { UserError } from "../base/errors.ts";
import type { Adapter, AdapterConfig, LoraPair } from "./lora/adapter.ts";
import { initAdapter } from "./lora/init.ts";
import { isTarget } from "./lora/lora.ts";
import { type LlamaConfig, linearShapes } from "./models/llama.ts";

/** All linears that the adapter's targets name, layer by layer, with their shapes [out, in]. */
function targetLinears(config: LlamaConfig, adapter: AdapterConfig) {
  const linears = Object.entries(linearShapes(config)).filter(([name]) => isTarget(name, adapter));
  return Array.from({ length: config.numHiddenLayers }, (_, layer) =>
    linears.map(([name, shape]) => ({ name: `model.layers.${layer}.${name}`, shape })),
  ).flat();
}

/** An adapter that changes nothing yet. */
export function freshAdapter(
  config: LlamaConfig,
  { seed, ...shape }: AdapterConfig & { readonly seed: number },
): Adapter {
  return initAdapter(shape, targetLinears(config, shape), seed);
}

/** Raises `config-invalid` for a config that makes no sense, `run-mismatch` for an adapter of another model. */
export function checkAdapter(config: LlamaConfig, { config: shape, pairs }: Adapter): void {
  const known = Object.keys(linearShapes(config)).map((name) => name.slice(name.indexOf(".") + 1));
  const unknown = shape.targetModules.filter((name) => !known.includes(name));
  if (unknown.length > 0 || shape.targetModules.length === 0)
    throw new UserError(
      "config-invalid",
      `targetModules is [${shape.targetModules.join(", ")}]; some of ${known.join(", ")} are wanted`,
    );
  if (!Number.isInteger(shape.rank) || shape.rank < 1 || !(shape.dropout >= 0 && shape.dropout < 1))
    throw new UserError(
      "config-invalid",
      `rank is ${shape.rank} and dropout ${shape.dropout}; a positive integer and 0 ≤ dropout < 1 are wanted`,
    );
  const wanted = targetLinears(config, shape).map(
    ({ name, shape: [out, inner] }) => `${name} ${out} ${inner}`,
  );
  const found = new Set(pairs.map((pair) => `${pair.name} ${pair.outFeatures} ${pair.inFeatures}`));
  const missing = wanted.find((key) => !found.has(key));
  if (missing !== undefined || found.size !== wanted.length)
    throw new UserError(
      "run-mismatch",
      `the adapter has ${found.size} linears, the model's targets are ${wanted.length}${missing ? `, such as ${missing}` : ""}`,
    );
}

/** The pairs of a layer; `inner` is their name within it. */
export function pairsOfLayer(
  { pairs }: Adapter,
  layer: number,
): (LoraPair & { readonly inner: string })[] {
  const prefix = `model.layers.${layer}.`;
  return pairs
    .filter(({ name }) => name.startsWith(prefix))
    .map((pair) => ({ ...pair, inner: pair.name.slice(prefix.length) }));
}
