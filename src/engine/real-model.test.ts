/** The bundled model itself; the file is named by T2S_MODEL_FILE. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { openGguf } from "../format/gguf.ts";
import { createLoraModel } from "./index.ts";

const file = process.env.T2S_MODEL_FILE;

test.skipIf(file === undefined)(
  "log-probabilities of the GGUF are those of transformers on its dequantised weights (needs T2S_MODEL_FILE)",
  async () => {
    const reference = JSON.parse(
      readFileSync("test/fixtures/reference/smollm2-log-probs.json", "utf8"),
    ) as {
      tokenIds: number[];
      logProbs: number[];
    };
    const weights = openGguf(file ?? "");
    const adapter = { rank: 2, alpha: 4, dropout: 0, targetModules: ["q_proj"], seed: 1 };
    const model = await createLoraModel({ weights, adapter });
    weights.close();
    const { tokenIds } = reference;
    const [prefix, suffix] = [tokenIds.slice(0, 20), tokenIds.slice(20)];
    const [, ofSuffix] = await model.logProbs({
      segments: [
        { tokenIds: prefix, parent: -1 },
        { tokenIds: suffix, lossMask: suffix.map(() => true), parent: 0 },
      ],
    });
    await model.close();
    // Log-probabilities near −12 in float32 after 30 layers: 1e-3 is 1e-4 of them.
    reference.logProbs
      .slice(19)
      .forEach((value, i) => expect(Math.abs(ofSuffix[i] - value)).toBeLessThan(1e-3));
  },
);
