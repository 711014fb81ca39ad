/**
 * t2s.yaml: read, checked against the option table, written with comments. An unknown key is an error that suggests the
 * nearest name. Knows no stage.
 */
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parse } from "yaml";
import { messageOf, nearestName, UserError } from "../base/errors.ts";
import { writeFileAtomic } from "../base/files.ts";
import { type Config, type OptionEntry, type OptionName, optionTable } from "./options.ts";

export const CONFIG_FILE = "t2s.yaml";
const names = Object.keys(optionTable) as OptionName[];

const groups = new Set(
  names.filter((name) => name.includes(".")).map((name) => name.split(".")[0]),
);

export const defaultConfig: Config = Object.fromEntries(
  names.map((name) => [name, optionTable[name].default]),
) as unknown as Config;

/** Reads `folder`/t2s.yaml. Errors: project-missing, config-invalid. */
export function readConfig(folder: string, overrides: Partial<Config> = {}): Config {
  const path = join(folder, CONFIG_FILE);
  if (!existsSync(path))
    throw new UserError("project-missing", `no ${CONFIG_FILE} in ${resolve(folder)}`);
  return { ...defaultConfig, ...parseConfig(readFileSync(path, "utf8"), path), ...overrides };
}

/** The options that a text sets. `path` is for messages. */
export function parseConfig(yaml: string, path: string = CONFIG_FILE): Partial<Config> {
  let document: unknown;
  try {
    document = parse(yaml) ?? {};
  } catch (error) {
    throw new UserError("config-invalid", `${path} is not YAML: ${messageOf(error)}`, {
      cause: error,
    });
  }
  if (!isGroup(document))
    throw new UserError("config-invalid", `${path} must hold keys and values`);
  const entries = Object.entries(document).flatMap(([key, value]) => {
    if (isGroup(value))
      return Object.entries(value).map(([inner, item]) => [`${key}.${inner}`, item] as const);
    return value === null && groups.has(key) ? [] : [[key, value] as const];
  });
  return Object.fromEntries(entries.map(([name, value]) => [name, checkOption(name, value, path)]));
}

const isGroup = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Checks one value, from the file or from a flag. `where` is for messages. */
export function checkOption(name: string, value: unknown, where: string): Config[OptionName] {
  const entry: OptionEntry | undefined = Object.hasOwn(optionTable, name)
    ? optionTable[name as OptionName]
    : undefined;
  if (entry === undefined) {
    const near = nearestName(name, names);
    throw new UserError(
      "config-invalid",
      `${where}: unknown key "${name}"${near ? `; did you mean "${near}"?` : ""}`,
    );
  }
  const problem = problemOf(entry, value);
  if (problem)
    throw new UserError(
      "config-invalid",
      `${where}: ${name} is ${JSON.stringify(value)}; ${problem}`,
    );
  return value as Config[OptionName];
}

function problemOf(entry: OptionEntry, value: unknown): string | undefined {
  if (entry.type === "text")
    return typeof value === "string" && (entry.pattern?.test(value) ?? true)
      ? undefined
      : `${entry.form ?? "a text"} is wanted`;
  if (entry.type === "choice")
    return entry.choices.includes(value as string)
      ? undefined
      : `one of ${entry.choices.join(", ")} is wanted`;
  if (entry.type === "list")
    return Array.isArray(value) && value.every((item) => typeof item === "string")
      ? undefined
      : "a list of names is wanted";
  const fits =
    typeof value === "number" &&
    value >= entry.min &&
    value <= entry.max &&
    (entry.type === "number" || Number.isInteger(value));
  return fits
    ? undefined
    : `${entry.type === "integer" ? "a whole number" : "a number"} from ${entry.min} to ${entry.max} is wanted`;
}

/** The value of a flag's text, before checking. */
export function valueOfFlag(name: OptionName, flag: string): unknown {
  const { type } = optionTable[name];
  if (type === "integer" || type === "number")
    return flag.trim() === "" ? Number.NaN : Number(flag);
  return type === "list" ? flag.split(",").filter(Boolean) : flag;
}

/** Writes a t2s.yaml that names what differs from the defaults and shows the rest as comments. */
export function writeConfig(folder: string, set: Partial<Config>): void {
  const lines = [
    "# text2sql-tuner: see docs/config.md for every option. Commented lines show the defaults.",
  ];
  let group = "";
  for (const name of names) {
    const [head, inner] = name.includes(".") ? name.split(".") : ["", name];
    if (head !== group) lines.push("", `${head}:`);
    group = head;
    const line = `${inner}: ${JSON.stringify(set[name] ?? optionTable[name].default)}`;
    lines.push(`${head && "  "}${name in set ? "" : "# "}${line}`);
  }
  writeFileAtomic(join(folder, CONFIG_FILE), `${lines.join("\n")}\n`);
}
