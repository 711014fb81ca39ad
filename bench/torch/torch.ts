/**
 * PyTorch + transformers + PEFT beside our trainer: prepares a Python of its own in .cache/bench-torch, hands it the
 * same model, adapter and batch, and reads the times that train.py prints. Part of no product; needs Python 3.10 or later.
 */
import { execFileSync, spawn } from "node:child_process";
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { messageOf, UserError } from "../../src/base/errors.ts";
import { ensureFreeSpace, writeJson } from "../../src/base/files.ts";
import { Rng } from "../../src/base/rng.ts";
import type { Adapter } from "../../src/engine/index.ts";
import { writeHuggingFaceFolder } from "../../src/export/hugging-face.ts";
import { writePeftAdapter } from "../../src/export/peft.ts";
import { openGguf } from "../../src/format/gguf.ts";

/** A whole sequence, prompt and answer; `lossMask[i]` is 1 where token i is an answer token. */
export type TorchSequence = {
  readonly ids: readonly number[];
  readonly lossMask: readonly number[];
};

export type TorchSetting = "f32" | "bf16" | "bf16-autocast";

/** One line of train.py. */
export type TorchTiming = {
  readonly setting: TorchSetting;
  readonly microBatch: number;
  readonly logits: "answer" | "all";
  /** Median of the steps. */
  readonly secondsPerBatch: number;
  readonly seconds: readonly number[];
  readonly examplesPerSecond: number;
  /** Without padding. */
  readonly tokensPerSecond: number;
  readonly paddedTokens: number;
  /** Of the first step, before its update. */
  readonly loss: number;
  readonly gradNorm: number;
  readonly peakMb: number;
  /** Whether memory was too small to keep activations. */
  readonly checkpointing: boolean;
  readonly threads: number;
  readonly torch: string;
};

/** A setting that did not end, for want of memory say. */
export type TorchFailure = Pick<TorchTiming, "setting" | "microBatch"> & { readonly error: string };

export type TorchOptions = {
  readonly settings?: readonly TorchSetting[];
  readonly microBatches?: readonly number[];
  readonly logits?: "answer" | "all";
  readonly steps?: number;
  readonly threads?: number;
};

const VENV = ".cache/bench-torch";
/** PyTorch for Linux brings its CUDA libraries along. */
const INSTALLED_BYTES = 9e9;

/**
 * The interpreter: T2S_BENCH_PYTHON where that is set, else one in .cache/bench-torch, into which pip installs
 * requirements.txt on the first call (several gigabytes). Raises package-missing and disk-full.
 */
export function preparePython(note: (text: string) => void): string {
  const given = process.env.T2S_BENCH_PYTHON;
  if (given) return given;
  const bin = join(VENV, process.platform === "win32" ? "Scripts" : "bin");
  const python = join(bin, process.platform === "win32" ? "python.exe" : "python");
  const marker = join(VENV, "installed");
  if (existsSync(marker)) return python;
  ensureFreeSpace(".cache", INSTALLED_BYTES);
  note(`Installing PyTorch, transformers and PEFT into ${VENV} (once, several GB) …`);
  const requirements = join(import.meta.dirname, "requirements.txt");
  try {
    rmSync(VENV, { recursive: true, force: true });
    execFileSync(process.platform === "win32" ? "python" : "python3", ["-m", "venv", VENV]);
    execFileSync(python, ["-m", "pip", "install", "--quiet", "--requirement", requirements], {
      stdio: ["ignore", 2, "inherit"],
    });
  } catch (cause) {
    throw new UserError(
      "package-missing",
      `PyTorch cannot be installed into ${VENV} (${messageOf(cause)}); set T2S_BENCH_PYTHON to a Python that has torch, transformers and peft`,
      { cause },
    );
  }
  writeJson(marker, { requirements });
  return python;
}

/** Writes model/, adapter/ and batch.json into `folder`. The adapter's dropout must be 0. */
export function writeTorchInput(
  folder: string,
  input: {
    readonly modelFile: string;
    readonly adapter: Adapter;
    readonly sequences: readonly TorchSequence[];
  },
): void {
  const modelFolder = join(folder, "model");
  const base = openGguf(input.modelFile);
  try {
    writeHuggingFaceFolder(modelFolder, base);
  } finally {
    base.close();
  }
  writePeftAdapter(join(folder, "adapter"), input.adapter, modelFolder);
  writeJson(join(folder, "batch.json"), { sequences: input.sequences });
}

/** Sequences that share nothing: random tokens, the last quarter of each its answer. */
export function randomSequences(
  {
    count = 4,
    length = 256,
    vocabSize = 49_152,
  }: { count?: number; length?: number; vocabSize?: number },
  rng: Rng,
): TorchSequence[] {
  return Array.from({ length: count }, () => ({
    ids: Array.from({ length }, () => rng.int(0, vocabSize - 1)),
    lossMask: Array.from({ length }, (_, i) => Number(i >= 0.75 * length)),
  }));
}

/** Times every setting with every micro-batch; `onTiming` hears of each as it ends. Raises when train.py itself fails. */
export async function timeTorch(
  python: string,
  folder: string,
  options: TorchOptions,
  onTiming: (timing: TorchTiming | TorchFailure) => void = () => {},
): Promise<(TorchTiming | TorchFailure)[]> {
  const { settings = ["f32", "bf16", "bf16-autocast"], microBatches = [4, 16] } = options;
  const child = spawn(
    python,
    [
      join(import.meta.dirname, "train.py"),
      `--model=${join(folder, "model")}`,
      `--adapter=${join(folder, "adapter")}`,
      `--batch=${join(folder, "batch.json")}`,
      `--settings=${settings.join()}`,
      `--micro-batches=${microBatches.join()}`,
      `--logits=${options.logits ?? "answer"}`,
      `--steps=${options.steps ?? 3}`,
      `--threads=${options.threads ?? 2}`,
    ],
    { stdio: ["ignore", "pipe", "pipe"] },
  );
  let complaints = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (complaints += text));
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on("error", reject).on("close", resolve);
  });
  const timings: (TorchTiming | TorchFailure)[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    const timing = JSON.parse(line) as TorchTiming | TorchFailure;
    timings.push(timing);
    onTiming(timing);
  }
  const code = await ended;
  if (code !== 0) throw new Error(`train.py ended with ${code}: ${complaints.trim().slice(-600)}`);
  return timings;
}
