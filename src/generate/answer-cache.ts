/**
 * Finished answers in a file of JSON lines, each written when it is there: a batch that breaks off goes on where it was.
 * Knows no server; a key stands for all that an answer depends on.
 */
import { appendFileSync, existsSync, mkdirSync, readFileSync, truncateSync } from "node:fs";
import { dirname } from "node:path";
import { asDiskError, readJsonLines } from "../base/files.ts";
import type { Completion } from "./generate.ts";

export type AnswerCache = {
  get(key: string): Completion | undefined;
  /** Raises disk-full. */
  put(key: string, completion: Completion): void;
};

type Line = Completion & { readonly key: string };

/**
 * Opens the file, or begins one at the first `put`. A last line that was cut in writing is removed. One process at a time
 * may write. Raises data-invalid when another line is not JSON.
 */
export function openAnswerCache(path: string): AnswerCache {
  const answers = new Map<string, Completion>();
  if (existsSync(path)) {
    const whole = readFileSync(path).lastIndexOf("\n") + 1;
    truncateSync(path, whole);
    for (const { key, ...completion } of readJsonLines<Line>(path)) answers.set(key, completion);
  }
  return {
    get: (key) => answers.get(key),
    put(key, completion) {
      try {
        mkdirSync(dirname(path), { recursive: true });
        appendFileSync(path, `${JSON.stringify({ key, ...completion })}\n`);
      } catch (error) {
        throw asDiskError(error, path);
      }
      answers.set(key, completion);
    },
  };
}
