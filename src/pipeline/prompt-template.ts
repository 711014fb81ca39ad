/**
 * Versions of the prompt's template: prompts/v1.md, v2.md … A run fixes the text of the version it used in
 * prompts/used.json; a file that is changed after that becomes the next version, and the old one is put back, so that a
 * run's prompt can always be read. A project without files has the built-in text.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { nearestName, UserError } from "../base/errors.ts";
import { readJson, writeFileAtomic, writeJson } from "../base/files.ts";
import { sha256 } from "../base/hash.ts";
import { defaultSystemTemplate, PLACEHOLDERS } from "../prompt/prompt.ts";
import type { StageContext } from "./run.ts";

export type PromptTemplate = {
  /** v1, v2 … or "built-in". */
  readonly name: string;
  readonly text: string;
  readonly sha256: string;
};

const LATEST = "latest";

/** Writes the built-in text as v1 into a project that has no template. */
export function writeFirstTemplate({ project }: Pick<StageContext, "project">): void {
  if (versionsIn(project.promptsFolder).length === 0)
    writeFileAtomic(join(project.promptsFolder, "v1.md"), `${defaultSystemTemplate}\n`);
}

/**
 * The template that `prompt.template` names. Raises config-invalid for a version that is not there, for a placeholder
 * that is not known or a text without the schema, and for a named version whose file was changed after a run used it.
 */
export function readTemplate(context: StageContext): PromptTemplate {
  const { project, config } = context;
  const versions = versionsIn(project.promptsFolder);
  const wanted = config["prompt.template"];
  const name = wanted === LATEST ? versions.at(-1) : wanted;
  if (name === undefined || (versions.length === 0 && name === "v1"))
    return templateOf("built-in", defaultSystemTemplate);
  if (!versions.includes(name)) {
    const near = nearestName(name, [...versions, LATEST]);
    throw new UserError(
      "config-invalid",
      `prompt.template is ${name}; there is no prompts/${name}.md${near ? `, is ${near} meant?` : ""}`,
    );
  }
  const text = readFileSync(join(project.promptsFolder, `${name}.md`), "utf8");
  const used = readUsed(project.promptsFolder)[name];
  if (used === undefined || used === text) return templateOf(name, text);
  const next = nextVersion(context, name, text, used);
  if (wanted !== LATEST)
    throw new UserError(
      "config-invalid",
      `prompts/${name}.md was changed after a run had used it; the new text is prompts/${next}.md: set prompt.template to ${next} or ${LATEST}`,
    );
  return templateOf(next, text);
}

/** Fixes the text of the version that a run uses. */
export function keepTemplate({ project }: StageContext, { name, text }: PromptTemplate): void {
  const used = readUsed(project.promptsFolder);
  if (name === "built-in" || used[name] === text) return;
  writeJson(join(project.promptsFolder, USED_FILE), { ...used, [name]: text });
}

/** Text by version. */
type Used = Readonly<Record<string, string>>;
const USED_FILE = "used.json";

function readUsed(folder: string): Used {
  const file = join(folder, USED_FILE);
  return existsSync(file) ? readJson<Used>(file) : {};
}

/** The versions in their order. */
const versionsIn = (folder: string): string[] =>
  (existsSync(folder) ? readdirSync(folder) : [])
    .filter((file) => /^v\d+\.md$/.test(file))
    .map((file) => file.slice(0, -".md".length))
    .sort((a, b) => Number(a.slice(1)) - Number(b.slice(1)));

function nextVersion(
  { project, progress }: StageContext,
  name: string,
  text: string,
  used: string,
): string {
  const next = `v${Number(versionsIn(project.promptsFolder).at(-1)?.slice(1)) + 1}`;
  writeFileAtomic(join(project.promptsFolder, `${next}.md`), text);
  writeFileAtomic(join(project.promptsFolder, `${name}.md`), used);
  progress.note(`  prompts/${name}.md was changed: its new text is prompts/${next}.md`);
  return next;
}

function templateOf(name: string, text: string): PromptTemplate {
  const words = [...text.matchAll(/\{\{(\w*)\}\}/g)].map(([, word]) => word);
  const unknown = words.find((word) => !PLACEHOLDERS.includes(word));
  if (unknown !== undefined || !words.includes("schema"))
    throw new UserError(
      "config-invalid",
      unknown === undefined
        ? `prompts/${name}.md has no {{schema}}`
        : `prompts/${name}.md has {{${unknown}}}; ${PLACEHOLDERS.map((word) => `{{${word}}}`).join(", ")} are known`,
    );
  return { name, text, sha256: sha256(text.trim()) };
}
