/**
 * The official script of taoyds/test-suite-sql-eval, from a folder of the user's: a Python of its own in
 * .cache/bench-evaluate, one run, and the counts that it prints. Nothing is written into that folder. Part of no product.
 */
import { execFileSync } from "node:child_process";
import { existsSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { messageOf, UserError } from "../../src/base/errors.ts";
import { writeJson } from "../../src/base/files.ts";

/** Items and right ones by hardness; "all" is their sum. */
export type Counts = Readonly<Record<string, { readonly n: number; readonly right: number }>>;

export type OfficialFiles = {
  /** `sql<TAB>db_id` a line. */
  readonly gold: string;
  readonly predictions: string;
  /** The script opens its databases for writing: give it copies. */
  readonly databases: string;
};

const ROOT = resolve(".cache", "bench-evaluate");
const PYTHON = join(
  ROOT,
  ...(process.platform === "win32" ? ["Scripts", "python.exe"] : ["bin", "python"]),
);

/** Installs what the script imports, on the first call, and compiles its files. Raises package-missing. */
export function prepareOfficial(folder: string, note: (text: string) => void): void {
  const marker = join(ROOT, "installed");
  if (!existsSync(marker)) {
    note(`Installing NLTK and sqlparse into ${ROOT} (once) …`);
    install();
    writeJson(marker, {});
  }
  runScript(folder, ["--help"]);
}

function install(): void {
  const requirements = join(import.meta.dirname, "requirements.txt");
  try {
    rmSync(ROOT, { recursive: true, force: true });
    execFileSync(process.platform === "win32" ? "python" : "python3", ["-m", "venv", ROOT]);
    execFileSync(PYTHON, ["-m", "pip", "install", "--quiet", "--requirement", requirements], {
      stdio: ["ignore", 2, "inherit"],
    });
  } catch (cause) {
    throw new UserError(
      "package-missing",
      `NLTK and sqlparse cannot be installed into ${ROOT}: ${messageOf(cause)}`,
      { cause },
    );
  }
}

/** Runs the script once with `--etype exec`. */
export function runOfficial(
  folder: string,
  { gold, predictions, databases }: OfficialFiles,
): Counts {
  const options = ["--gold", gold, "--pred", predictions, "--db", databases, "--etype", "exec"];
  return countsIn(runScript(folder, options));
}

const runScript = (folder: string, options: readonly string[]): string =>
  execFileSync(PYTHON, [join(import.meta.dirname, "evaluation.py"), resolve(folder), ...options], {
    encoding: "utf8",
    env: { ...process.env, PYTHONPYCACHEPREFIX: join(ROOT, "pycache") },
    maxBuffer: 1 << 28,
  });

/** From the lines "easy medium …", "count 116 226 …" and "execution 0.931 0.841 …", which are exact below 1,000 items. */
function countsIn(output: string): Counts {
  const lines = output.split("\n").map((line) => line.trim().split(/\s+/));
  const numbers = (name: string) =>
    (lines.find(([first]) => first === name) ?? []).slice(1).map(Number);
  const levels = lines.find(([first]) => first === "easy") ?? [];
  const [counts, scores] = [numbers("count"), numbers("execution")];
  return Object.fromEntries(
    levels.map((level, i) => [level, { n: counts[i], right: Math.round(counts[i] * scores[i]) }]),
  );
}
