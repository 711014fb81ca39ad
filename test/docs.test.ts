/** The documentation says what the program says, its links lead somewhere, and the tree names no machine. */
import type { Command } from "commander";
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { homedir, userInfo } from "node:os";
import { dirname, join, resolve } from "node:path";
import { expect, test } from "vitest";
import { errorTable } from "../src/base/errors.ts";
import { createProgram } from "../src/cli/main.ts";
import { optionTable } from "../src/pipeline/options.ts";

const root = join(import.meta.dirname, "..");
const read = (file: string) => readFileSync(join(root, file), "utf8");
/** Every text file of the tree but what is fetched or built. */
const files = readdirSync(root, { withFileTypes: true })
  .filter(({ name }) => !/^(node_modules|dist|demo|\.git|\.cache)$/.test(name))
  .flatMap((entry) =>
    entry.isDirectory()
      ? readdirSync(join(root, entry.name), { recursive: true, encoding: "utf8" }).map((name) =>
          join(entry.name, name),
        )
      : [entry.name],
  )
  .filter((file) => statSync(join(root, file)).isFile() && !/\.(png|gguf|sqlite)$/.test(file));

const program = await createProgram();

test("the pages made from the program are what the program says", () => {
  const { status, stderr } = spawnSync(
    process.execPath,
    ["--disable-warning=ExperimentalWarning", "scripts/docs.ts", "--check"],
    { cwd: root, encoding: "utf8" },
  );
  expect(stderr).toBe("");
  expect(status).toBe(0);
});

test("every code, option and command stands on its page", () => {
  const missing = (page: string, wanted: readonly string[]) => {
    const text = read(page);
    expect(wanted.length).toBeGreaterThan(5);
    return wanted.filter((word) => !text.includes(word));
  };
  const codes = Object.keys(errorTable).map((code) => `| \`${code}\` |`);
  const options = Object.keys(optionTable).map((option) => `| \`${option}\` |`);
  const namesOf = (command: Command, before: string): string[] => {
    const name = `${before} ${command.name()}`;
    const isGroup = command.commands.length > 0 && command.options.length === 0;
    return [
      ...(isGroup ? [] : [`## ${name}\n`]),
      ...command.commands.flatMap((child) => namesOf(child, name)),
    ];
  };
  const commands = program.commands.flatMap((command) => namesOf(command, "t2s"));
  expect(missing("docs/errors.md", codes)).toEqual([]);
  expect(missing("docs/config.md", options)).toEqual([]);
  expect(missing("docs/cli.md", commands)).toEqual([]);
});

test("every relative link of README and docs leads to a file", () => {
  const pages = [
    "README.md",
    "CONTRIBUTING.md",
    ...readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".md"))
      .map((name) => join("docs", name)),
  ];
  const broken = pages.flatMap((page) =>
    [...read(page).matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)]
      .map(([, target]) => target)
      .filter((target) => !existsSync(resolve(root, dirname(page), target)))
      .map((target) => `${page} → ${target}`),
  );
  expect(pages.length).toBeGreaterThan(5);
  expect(broken).toEqual([]);
});

test("no file names a folder of this machine", () => {
  const folders = [root, ...(userInfo().uid === 0 ? [] : [homedir()])];
  const offences = files.filter((file) => folders.some((folder) => read(file).includes(folder)));
  expect(files.length).toBeGreaterThan(100);
  expect(offences).toEqual([]);
});

test("no file names a host of a package index: the package managers know their own", () => {
  const hosts =
    /\bregistry\.[a-z0-9-]+\.[a-z]{2,}|\b(?:test\.|files\.)?pypi\.[a-z]{2,}|pythonhosted\.|npmmirror\./;
  expect(files.filter((file) => hosts.test(read(file)))).toEqual([]);
});
