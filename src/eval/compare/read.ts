/**
 * What can be compared, read from files: the JSON that `t2s eval --json` writes for a file of predictions, and items.json
 * of a project's run. Scores nothing again.
 */
import { existsSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { messageOf, UserError } from "../../base/errors.ts";
import type { ComparedMode, ScoredItem, ScoredSystem } from "../compare.ts";
import type { ScoredItem as RunItem } from "../evaluate.ts";
import { type Mode, MODES } from "../mode-names.ts";
import type { FileItem } from "../score-file.ts";

/** A file, or the folder of a run. Raises not-found, and data-invalid for other content. */
export function readSystem(path: string): ScoredSystem {
  if (!existsSync(path)) throw new UserError("not-found", `there is no ${path}`);
  const isFolder = statSync(path).isDirectory();
  const file = isFolder ? join(path, ITEMS_FILE) : path;
  if (!existsSync(file))
    throw new UserError("not-found", `${path} is no run that was scored: it has no ${ITEMS_FILE}`);
  const name = basename(file) === ITEMS_FILE ? basename(dirname(file)) : basename(file, ".json");
  return systemOf(name, readJson(file), file);
}

const ITEMS_FILE = "items.json";

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new UserError("data-invalid", `${file} is not JSON: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

function systemOf(name: string, content: unknown, file: string): ScoredSystem {
  if (Array.isArray(content)) return runSystem(name, checked(content, ["id", "verdict"], file));
  if (isObject(content) && isObject(content.modes) && Array.isArray(content.items)) {
    const items = checked(content.items, ["id", "goldSql", "predictedSql", "verdicts"], file);
    return fileSystem(name, Object.keys(content.modes), items as unknown as FileItem[]);
  }
  const hint =
    isObject(content) && "tuned" in content ? "; it holds totals only: name the run's folder" : "";
  throw new UserError(
    "data-invalid",
    `${file} is neither what \`t2s eval --json\` writes for a file of predictions nor a run's items${hint}`,
  );
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function checked(
  items: readonly unknown[],
  keys: readonly string[],
  file: string,
): Record<string, unknown>[] {
  const lacks = (item: unknown) => keys.find((key) => !isObject(item) || !(key in item));
  const at = items.findIndex((item) => lacks(item) !== undefined);
  if (at >= 0)
    throw new UserError("data-invalid", `${file}: item ${at} lacks "${lacks(items[at])}"`);
  return items as Record<string, unknown>[];
}

function fileSystem(
  name: string,
  found: readonly string[],
  items: readonly FileItem[],
): ScoredSystem {
  const modes = found.filter((mode): mode is Mode => (MODES as readonly string[]).includes(mode));
  return {
    name,
    modes,
    items: items.map(
      ({ id, dbId, question, goldSql, predictedSql, errorClass, verdicts }): ScoredItem => ({
        id,
        dbId,
        ...(question !== undefined && { question }),
        goldSql,
        predictedSql,
        ...(errorClass && { fault: errorClass }),
        verdicts,
      }),
    ),
  };
}

/** Questions to refuse count apart, as in the run's report. */
function runSystem(name: string, content: readonly Record<string, unknown>[]): ScoredSystem {
  const items = (content as unknown as readonly RunItem[]).map((item): ScoredItem => {
    const mode: ComparedMode = item.kind === "refuse" ? "refusals" : "strict";
    return {
      id: item.id,
      question: item.question,
      goldSql: item.kind === "refuse" ? "" : item.goldSql,
      predictedSql: item.predictedSql ?? `-- cannot answer: ${item.predictedRefusal ?? ""}`,
      ...(item.verdict === 0 && { fault: item.reason }),
      verdicts: { [mode]: item.verdict },
    };
  });
  const modes = (["strict", "refusals"] as const).filter((mode) =>
    items.some(({ verdicts }) => verdicts[mode] !== undefined),
  );
  return { name, modes, items };
}
