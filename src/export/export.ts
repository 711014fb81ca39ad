/**
 * A trained adapter as files for other programs: a PEFT folder, a GGUF adapter, a Modelfile for Ollama, and a manifest
 * of what belongs together. Knows no database.
 */
import { join, resolve } from "node:path";
import { writeFileAtomic, writeJson } from "../base/files.ts";
import { sha256OfFile } from "../base/hash.ts";
import type { Adapter } from "../engine/index.ts";
import { openGguf } from "../format/gguf.ts";
import { createChatTemplate } from "../tokenizer/chat-template.ts";
import { writeGgufAdapter } from "./gguf-adapter.ts";
import { renderModelfile } from "./modelfile.ts";
import { PEFT_CONFIG, PEFT_WEIGHTS, writePeftAdapter } from "./peft.ts";

export type ExportOptions = {
  /** Where the files go. */
  readonly folder: string;
  /** The GGUF file that the adapter was trained on. */
  readonly baseFile: string;
  readonly baseName: string;
  /** SHA-256 of the prompt that the adapter was trained with. */
  readonly promptHash: string;
  /** That prompt's system message, for the Modelfile. */
  readonly system?: string;
  /** Names of files in the folder already that belong to the adapter. */
  readonly beside?: readonly string[];
};

export type Manifest = {
  readonly base: { readonly name: string; readonly sha256: string };
  readonly adapter: {
    readonly rank: number;
    readonly alpha: number;
    readonly targetModules: readonly string[];
    /** Trained numbers. */
    readonly parameters: number;
  };
  /** Absent for an adapter that was trained on many schemas. */
  readonly prompt?: { readonly sha256: string };
  /** SHA-256 by file name. */
  readonly files: Readonly<Record<string, string>>;
};

/** Names an adapter's files with their hashes; written last. */
export const MANIFEST = "manifest.json";
const GGUF_ADAPTER = "adapter.gguf";
const MODELFILE = "Modelfile";
/** Long enough for any schema that fits training; Ollama reserves memory for all of it. */
const MAX_CONTEXT_TOKENS = 8192;

/** Writes all files; the manifest comes last. Raises what `openGguf`, `createChatTemplate` and `writeGgufAdapter` raise. */
export async function exportAdapter(adapter: Adapter, options: ExportOptions): Promise<Manifest> {
  const { folder, baseFile, baseName, promptHash, system, beside = [] } = options;
  writePeftAdapter(folder, adapter, baseName);
  const base = openGguf(baseFile);
  try {
    writeGgufAdapter(join(folder, GGUF_ADAPTER), adapter, base);
    const modelfile = renderModelfile({
      baseFile: resolve(baseFile),
      adapterFile: `./${GGUF_ADAPTER}`,
      contextTokens: contextTokensOf(base.metadata),
      chatTemplate: createChatTemplate(base.metadata),
      system,
    });
    writeFileAtomic(join(folder, MODELFILE), modelfile);
  } finally {
    base.close();
  }
  const names = [GGUF_ADAPTER, PEFT_CONFIG, PEFT_WEIGHTS, MODELFILE, ...beside];
  return writeManifest(adapter, options, names, { prompt: { sha256: promptHash } });
}

/**
 * Writes an adapter that others start from: the PEFT folder in half the bytes (F16), and its manifest. It is meant to be
 * trained further, so nothing for deployment is written.
 */
export async function exportStart(
  adapter: Adapter,
  options: Pick<ExportOptions, "folder" | "baseFile" | "baseName">,
): Promise<Manifest> {
  writePeftAdapter(options.folder, adapter, options.baseName, "F16");
  return writeManifest(adapter, options, [PEFT_CONFIG, PEFT_WEIGHTS]);
}

async function writeManifest(
  { config, pairs }: Adapter,
  { folder, baseFile, baseName }: Pick<ExportOptions, "folder" | "baseFile" | "baseName">,
  names: readonly string[],
  more: Pick<Manifest, "prompt"> = {},
): Promise<Manifest> {
  const { rank, alpha, targetModules } = config;
  const parameters = pairs.reduce((sum, { a, b }) => sum + a.length + b.length, 0);
  const manifest: Manifest = {
    base: { name: baseName, sha256: await sha256OfFile(baseFile) },
    adapter: { rank, alpha, targetModules, parameters },
    ...more,
    files: await hashesOf(folder, names),
  };
  writeJson(join(folder, MANIFEST), manifest);
  return manifest;
}

/** Tokens that an exported model is served with. */
export function contextTokensOf(metadata: Readonly<Record<string, unknown>>): number {
  const architecture = String(metadata["general.architecture"]);
  const length = metadata[`${architecture}.context_length`];
  return Math.min(typeof length === "number" ? length : MAX_CONTEXT_TOKENS, MAX_CONTEXT_TOKENS);
}

async function hashesOf(folder: string, names: readonly string[]): Promise<Record<string, string>> {
  const hashes = names.map(async (name) => [name, await sha256OfFile(join(folder, name))] as const);
  return Object.fromEntries(await Promise.all(hashes));
}
