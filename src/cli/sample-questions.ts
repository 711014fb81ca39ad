/** Questions of a project's own pairs, to show beside an empty box. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { readJsonLines } from "../base/files.ts";
import type { Example } from "../data/example.ts";
import type { Project } from "../pipeline/project.ts";

const SAMPLES = 5;
/** Longer ones do not fit beside each other. */
const MOST_LETTERS = 70;

/** Spread over the training pairs, of different SQL; none where nothing was cleaned yet. */
export function sampleQuestions({ cleanFolder }: Project): string[] {
  const file = join(cleanFolder, "train.jsonl");
  if (!existsSync(file)) return [];
  const short = readJsonLines<Example>(file).filter(
    ({ kind, question }) => kind === "answer" && question.length <= MOST_LETTERS,
  );
  const byTemplate = new Map(short.map((example) => [example.templateId, example.question]));
  const questions = [...byTemplate.values()];
  const step = Math.max(1, questions.length / SAMPLES);
  return Array.from(
    { length: Math.min(SAMPLES, questions.length) },
    (_, at) => questions[Math.floor(at * step)],
  );
}
