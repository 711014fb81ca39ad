/**
 * `npm run docs`: writes docs/cli.md, docs/config.md and docs/errors.md from the commands, the option table and the error
 * table. With --check nothing is written, and a page that differs is a failure.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import type { Command } from "commander";
import { errorTable } from "../src/base/errors.ts";
import { createProgram } from "../src/cli/main.ts";
import { optionTable } from "../src/pipeline/options.ts";

const NOTE = "<!-- Written by `npm run docs`; do not edit. -->";

function commandsOf(command: Command, prefix: string): { name: string; command: Command }[] {
  const children = command.commands.flatMap((child) =>
    commandsOf(child, `${prefix} ${child.name()}`),
  );
  const isGroup = command.commands.length > 0 && command.options.length === 0;
  return prefix === "t2s" || isGroup ? children : [{ name: prefix, command }, ...children];
}

function helpOf(command: Command): string {
  let text = "";
  command.configureOutput({
    writeOut: (part) => void (text += part),
    getOutHelpWidth: () => 120,
    getOutHasColors: () => false,
  });
  command.outputHelp();
  return text.trim();
}

const program = await createProgram();
const pages: Record<string, string> = {
  "docs/cli.md": [
    "# Commands",
    NOTE,
    "Every command takes `--project DIR`, `--json` (one JSON document on standard output, nothing else there), `--quiet` and `--verbose`, and ends with 0 (done), 1 (failed) or 2 (wrong usage).",
    ...commandsOf(program, "t2s").map(
      ({ name, command }) => `## ${name}\n\n\`\`\`\n${helpOf(command)}\n\`\`\``,
    ),
  ].join("\n\n"),
  "docs/config.md": [
    "# t2s.yaml",
    NOTE,
    "The one configuration file of a project. `group.name` is `name` under `group:`. Every option is also a flag: `t2s run --train.rank 8`. An unknown key is an error that suggests the nearest name.",
    [
      "| option | default | what it is |",
      "|---|---|---|",
      ...Object.entries(optionTable).map(
        ([name, entry]) => `| \`${name}\` | \`${JSON.stringify(entry.default)}\` | ${entry.help} |`,
      ),
    ].join("\n"),
  ].join("\n\n"),
  "docs/errors.md": [
    "# Errors",
    NOTE,
    'One table for the command line (`error CODE: …`, exit status 2 for `usage` and 1 for all others) and for HTTP (`{"error": {"code": …}}`). The one code that is not in it is `internal` (HTTP 500): a fault of this program.',
    [
      "| code | HTTP | meaning | what to do |",
      "|---|---|---|---|",
      ...Object.entries(errorTable).map(
        ([code, { status, meaning, toDo }]) => `| \`${code}\` | ${status} | ${meaning} | ${toDo} |`,
      ),
    ].join("\n"),
  ].join("\n\n"),
};

const isCheck = process.argv.includes("--check");
for (const [file, text] of Object.entries(pages)) {
  const wanted = `${text}\n`;
  if (existsSync(file) && readFileSync(file, "utf8") === wanted) continue;
  if (isCheck) {
    console.error(`${file} is not what the program says: run \`npm run docs\``);
    process.exitCode = 1;
  } else writeFileSync(file, wanted);
}
