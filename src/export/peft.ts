/**
 * LoRA adapters as folders of PEFT (Hugging Face): adapter_config.json and adapter_model.safetensors, whose row order is
 * already ours. Knows no base model. Layout: https://huggingface.co/docs/peft/developer_guides/checkpoint
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { messageOf, UserError } from "../base/errors.ts";
import { writeJson } from "../base/files.ts";
import type { Adapter, AdapterConfig, LoraPair } from "../engine/index.ts";
import {
  readSafetensors,
  type SafetensorsFile,
  type StoredDtype,
  writeSafetensors,
} from "../format/safetensors.ts";

export const PEFT_CONFIG = "adapter_config.json";
export const PEFT_WEIGHTS = "adapter_model.safetensors";

const KEY = /^base_model\.model\.(.+)\.lora_A(?:\.default)?\.weight$/;

/** What would change the meaning of the weights: a folder that has one of these is refused. */
const UNSUPPORTED = ["use_dora", "use_rslora", "rank_pattern", "alpha_pattern", "modules_to_save"];

/** Writes the adapter so that `PeftModel.from_pretrained(base, folder)` loads it. `baseName` is only noted there. */
export function writePeftAdapter(
  folder: string,
  adapter: Adapter,
  baseName: string,
  dtype: StoredDtype = "F32",
): void {
  const { config, pairs } = adapter;
  const tensors = pairs.flatMap(({ name, inFeatures, outFeatures, a, b }) => [
    { name: keyOf(name, "A"), shape: [config.rank, inFeatures], data: a },
    { name: keyOf(name, "B"), shape: [outFeatures, config.rank], data: b },
  ]);
  writeSafetensors(join(folder, PEFT_WEIGHTS), tensors, { format: "pt" }, dtype);
  writeJson(join(folder, PEFT_CONFIG), {
    peft_type: "LORA",
    task_type: "CAUSAL_LM",
    base_model_name_or_path: baseName,
    inference_mode: true,
    r: config.rank,
    lora_alpha: config.alpha,
    lora_dropout: config.dropout,
    target_modules: config.targetModules,
    bias: "none",
    fan_in_fan_out: false,
  });
}

/**
 * Reads what PEFT or `writePeftAdapter` wrote. Raises `not-found` when a file is missing, `model-invalid` when it is
 * damaged, `model-unsupported` for kinds of adapter that are more than two matrices a linear.
 */
export function readPeftAdapter(folder: string): Adapter {
  const config = readConfig(join(folder, PEFT_CONFIG));
  const weights = readSafetensors(join(folder, PEFT_WEIGHTS));
  const pairs = [...weights.shapes.keys()].flatMap((key) => {
    const name = KEY.exec(key)?.[1];
    return name === undefined ? [] : [readPair(weights, key, name, config.rank)];
  });
  if (pairs.length * 2 !== weights.shapes.size)
    throw new UserError(
      "model-unsupported",
      `${weights.path} has ${weights.shapes.size} tensors, of which ${pairs.length} are lora_A; pairs of lora_A and lora_B are wanted and nothing else`,
    );
  return { config, pairs };
}

const keyOf = (name: string, matrix: "A" | "B"): string =>
  `base_model.model.${name}.lora_${matrix}.weight`;

function readPair(weights: SafetensorsFile, keyOfA: string, name: string, rank: number): LoraPair {
  const keyOfB = keyOfA.replace("lora_A", "lora_B");
  const [rankOfA, inFeatures, ...restOfA] = weights.shapes.get(keyOfA) ?? [];
  const [outFeatures, rankOfB, ...restOfB] = weights.shapes.get(keyOfB) ?? [];
  if (rankOfA !== rank || rankOfB !== rank || restOfA.length + restOfB.length > 0)
    throw new UserError(
      "model-invalid",
      `${weights.path}: ${name} has lora_A [${weights.shapes.get(keyOfA)}] and lora_B [${weights.shapes.get(keyOfB) ?? "none"}]; rank ${rank} is wanted`,
    );
  return { name, inFeatures, outFeatures, a: weights.read(keyOfA), b: weights.read(keyOfB) };
}

function readConfig(path: string): AdapterConfig {
  const json = readJsonObject(path);
  const isSet = (value: unknown) =>
    value !== null && typeof value === "object" ? Object.keys(value).length > 0 : Boolean(value);
  const refused = UNSUPPORTED.filter((key) => isSet(json[key]));
  if (json.peft_type !== "LORA" || refused.length > 0)
    throw new UserError(
      "model-unsupported",
      `${path}: a plain LORA adapter is wanted, got ${[String(json.peft_type), ...refused].join(", ")}`,
    );
  const { r, lora_alpha: alpha, lora_dropout: dropout = 0, target_modules: targets } = json;
  if (
    !Number.isInteger(r) ||
    (r as number) < 1 ||
    typeof alpha !== "number" ||
    typeof dropout !== "number" ||
    !Array.isArray(targets) ||
    !targets.every((target) => typeof target === "string")
  )
    throw new UserError(
      "model-invalid",
      `${path}: r, lora_alpha, lora_dropout or target_modules (a list of names) is missing or of another kind`,
    );
  return { rank: r as number, alpha, dropout, targetModules: targets };
}

function readJsonObject(path: string): Record<string, unknown> {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    throw new UserError("not-found", `${path} cannot be read: ${messageOf(cause)}`, { cause });
  }
  try {
    return Object(JSON.parse(text)) as Record<string, unknown>;
  } catch (cause) {
    throw new UserError("model-invalid", `${path} is not JSON: ${messageOf(cause)}`, { cause });
  }
}
