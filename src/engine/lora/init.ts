/** The start of training as PEFT has it: A uniform as Kaiming with a = √5, so within ±1/√in; B zero. */
import { Rng } from "../../base/rng.ts";
import type { Adapter, AdapterConfig, LoraPair } from "./adapter.ts";

/** A fresh adapter for linears given by name and shape [out, in]. The same seed gives the same numbers. */
export function initAdapter(
  config: AdapterConfig,
  linears: readonly { readonly name: string; readonly shape: readonly [number, number] }[],
  seed: number,
): Adapter {
  const rng = new Rng(seed);
  const pairs = linears.map(({ name, shape: [outFeatures, inFeatures] }): LoraPair => {
    const bound = 1 / Math.sqrt(inFeatures);
    const a = Float32Array.from(
      { length: config.rank * inFeatures },
      () => (2 * rng.next() - 1) * bound,
    );
    const b = new Float32Array(outFeatures * config.rank);
    return { name, inFeatures, outFeatures, a, b };
  });
  return { config, pairs };
}
