/** What t2s.yaml says, resolved, with what each option means, for a page to show. Changes nothing. */
import { messageOf } from "../base/errors.ts";
import { readConfig } from "./config.ts";
import { type Config, type OptionEntry, type OptionName, optionTable } from "./options.ts";
import type { StageContext } from "./run.ts";
import { withoutSecrets } from "./runs.ts";

type Value = string | number | readonly string[];

export type Setting = {
  readonly name: string;
  readonly help: string;
  readonly type: OptionEntry["type"];
  /** What a choice may be. */
  readonly choices?: readonly string[];
  readonly min?: number;
  readonly max?: number;
  readonly default: Value;
  /** What the program that answers works with: the file, or a flag that it was started with. */
  readonly value: Value;
  /** What the file says now. */
  readonly inFile: Value;
};

export type Settings = {
  readonly folder: string;
  readonly settings: readonly Setting[];
  /** Why t2s.yaml cannot be read as it stands now; then `inFile` is what it said at the start. */
  readonly problem?: string;
};

/** Every option with its value. Passwords in URLs are left out. */
export function readSettings({ project, config }: StageContext): Settings {
  const file = readFile(project.folder, config);
  const [value, inFile] = [config, file.config].map(withoutSecrets);
  return {
    folder: project.folder,
    ...(file.problem !== undefined && { problem: file.problem }),
    settings: (Object.keys(optionTable) as OptionName[]).map((name): Setting => {
      const entry: OptionEntry = optionTable[name];
      return {
        name,
        help: entry.help,
        type: entry.type,
        ...("choices" in entry && { choices: entry.choices }),
        ...("min" in entry && { min: entry.min, max: entry.max }),
        default: entry.default,
        value: value[name],
        inFile: inFile[name],
      };
    }),
  };
}

function readFile(folder: string, atStart: Config): { config: Config; problem?: string } {
  try {
    return { config: readConfig(folder) };
  } catch (error) {
    return { config: atStart, problem: messageOf(error) };
  }
}
