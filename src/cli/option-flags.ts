/** Flags made from the option table: `--train.rank 8` sets the option for one command, checked as the file's value is. */
import { type Command, Option } from "commander";
import { checkOption, valueOfFlag } from "../pipeline/config.ts";
import { type Config, type OptionName, optionTable } from "../pipeline/options.ts";

/** Flags with a short name. */
const SHORT: Readonly<Partial<Record<OptionName, string>>> = {
  "predict.decode": "decode",
  "predict.examples": "examples",
  "predict.link": "link",
};

/** Adds a flag for every option whose name begins with one of `groups`; all for none. */
export function addOptionFlags(command: Command, groups: readonly string[] = []): void {
  for (const [name, entry] of Object.entries(optionTable)) {
    if (groups.length > 0 && !groups.some((group) => name.startsWith(group))) continue;
    command.addOption(
      new Option(
        `--${name} <${entry.type}>`,
        `${entry.help} (default: ${JSON.stringify(entry.default)})`,
      ),
    );
    const short = SHORT[name as OptionName];
    if (short) command.option(`--${short} <${entry.type}>`, `short for --${name}`);
  }
}

/** The options that were given as flags. */
export function overridesOf(command: Command): Partial<Config> {
  const given = command.opts<Record<string, unknown>>();
  return Object.fromEntries(
    (Object.keys(optionTable) as OptionName[]).flatMap((name) => {
      const flag = [name, SHORT[name] ?? name].find((one) => typeof given[one] === "string");
      if (flag === undefined) return [];
      return [[name, checkOption(name, valueOfFlag(name, String(given[flag])), `--${flag}`)]];
    }),
  );
}
