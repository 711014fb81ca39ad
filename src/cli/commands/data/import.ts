/** `t2s data import`: pairs from foreign files into data/raw; what cannot be used stands in data/rejected with its reason. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join, relative } from "node:path";
import type { Command } from "commander";
import { UserError } from "../../../base/errors.ts";
import { readJsonLines, writeFileAtomic, writeJsonLines } from "../../../base/files.ts";
import { sha256 } from "../../../base/hash.ts";
import type { Split } from "../../../data/example.ts";
import { formatAliases, formatNamed, importForms } from "../../../data/import/formats.ts";
import { countReasons, type ImportedPairs, importFiles } from "../../../data/import/import.ts";
import type { Pair } from "../../../data/pairs.ts";
import type { Project } from "../../../pipeline/project.ts";
import { loadDatabase } from "../../../pipeline/stages/schema.ts";
import { saveVersions } from "../../../pipeline/versions/save.ts";
import { ioOf } from "../../io.ts";
import { contextOf } from "../run.ts";

type Options = {
  readonly format: string;
  readonly split?: string;
  readonly dbId?: string;
  readonly name?: string;
  readonly tables?: readonly string[];
  readonly license?: string;
  readonly replace?: boolean;
};

export function registerImport(data: Command): void {
  data
    .command("import")
    .description(
      "Reads pairs from foreign files into data/raw/NAME.jsonl; what cannot be used stands in data/rejected/NAME.jsonl with its reason.",
    )
    .argument("<files...>", "JSON lists, JSON lines, CSV, TSV or Parquet")
    .option("--format <form>", "told from the content, or one of those below", "auto")
    .option("--split <split>", "train, dev or test, for all of them")
    .option("--db-id <id>", "how the files name this project's database")
    .option("--name <name>", "the file in data/raw (default: the file's own name)")
    .option("--tables <files...>", "WikiSQL's tables")
    .option(
      "--license <id>",
      "of all pairs, as SPDX spells it (default: that of the published sets of the form)",
    )
    .option("--replace", "put the file in data/raw that has this name away to data/replaced")
    .addHelpText("after", helpOfForms())
    .action(async (files: string[], options: Options, self: Command) => {
      const io = ioOf(self);
      const context = contextOf(io);
      const name = nameOf(files, options.name);
      const format = options.format === "auto" ? undefined : formatNamed(options.format);
      const split = splitOf(options.split);
      const result = await importFiles(files, {
        database: await loadDatabase(context),
        name,
        takenIds: idsBeside(context.project, name),
        signal: io.signal,
        onProgress: (file, records) => io.progress.update(records, records, basename(file)),
        ...(format && { format }),
        ...(split && { split }),
        ...(options.dbId && { dbId: options.dbId }),
        ...(options.tables && { tables: options.tables }),
        ...(options.license && { licence: options.license }),
      });
      const written = writeImported(context.project, name, result, options.replace === true);
      await saveVersions(
        context,
        `t2s data import ${files.map((file) => basename(file)).join(" ")}`,
      );
      const { formats, licences, dialects, encodings, pairs, rejected } = result;
      const reasons = countReasons(rejected);
      io.result(
        {
          imported: pairs.length,
          rejected: reasons,
          files: written,
          formats,
          licences,
          dialects,
          encodings,
        },
        textOf(result, reasons, written),
      );
    });
}

function helpOfForms(): string {
  const forms = Object.entries(importForms).map(
    ([name, { help }]) => `  ${name.padEnd(11)} ${help}`,
  );
  const aliases = Object.entries(formatAliases).map(([alias, format]) => `${alias} = ${format}`);
  return [
    "\nForms:",
    ...forms,
    `  also        ${aliases.join(", ")}`,
    "\nExamples:\n  t2s data import train_spider.json --db-id concert_singer\n  t2s data import questions.csv reviewed.parquet --name colleagues --split test\n  t2s data import dev.jsonl --tables dev.tables.jsonl --json",
  ].join("\n");
}

/** Raises usage for a name that other commands write, or that is no file name. */
function nameOf(files: readonly string[], given: string | undefined): string {
  if (given === undefined && files.length > 1)
    throw new UserError(
      "usage",
      `${files.length} files are given; --name says what they are called together`,
    );
  const name = given ?? basename(files[0]).replace(/\.[^.]+$/, "");
  if (!/^[\p{L}\p{N}_][\p{L}\p{N}_. -]*$/u.test(name) || name === "synthetic")
    throw new UserError(
      "usage",
      `--name is ${JSON.stringify(name)}; a file name of letters, digits, blanks, "_", "-" and "." is wanted, other than "synthetic"`,
    );
  return name;
}

function splitOf(split: string | undefined): Split | undefined {
  if (split === undefined || split === "train" || split === "dev" || split === "test") return split;
  throw new UserError("usage", `--split is ${split}; train, dev or test is wanted`);
}

/** Ids of the project's other pairs, so that those of two files differ. */
function idsBeside({ rawFolder }: Project, name: string): ReadonlySet<string> {
  const others = existsSync(rawFolder)
    ? readdirSync(rawFolder).filter((file) => file.endsWith(".jsonl") && file !== `${name}.jsonl`)
    : [];
  return new Set(
    others.flatMap((file) => readJsonLines<Pair>(join(rawFolder, file)).map(({ id }) => id)),
  );
}

/** Writes what was read. Raises usage for a file of that name with other content, unless it is to be replaced. */
function writeImported(
  project: Project,
  name: string,
  { pairs, rejected }: ImportedPairs,
  replace: boolean,
): string[] {
  const target = join(project.rawFolder, `${name}.jsonl`);
  const rejectedFile = join(project.folder, "data", "rejected", `${name}.jsonl`);
  const content = pairs.map((pair) => `${JSON.stringify(pair)}\n`).join("");
  const before = existsSync(target) ? readFileSync(target, "utf8") : undefined;
  const written = [target];
  if (before !== undefined && before !== content) {
    if (!replace)
      throw new UserError(
        "usage",
        `${target} is there already with other pairs; another --name, or --replace, which keeps it in data/replaced, is wanted`,
      );
    const kept = `${name}.${sha256(before).slice(0, 8)}.jsonl`;
    written.push(join(project.folder, "data", "replaced", kept));
    writeFileAtomic(written[1], before);
  }
  writeFileAtomic(target, content);
  if (rejected.length > 0 || existsSync(rejectedFile)) {
    writeJsonLines(rejectedFile, rejected);
    written.push(rejectedFile);
  }
  return written.map((file) => relative(project.folder, file));
}

/** So many reasons are named to a person; --json has all. */
const MOST_REASONS = 12;

function textOf(
  { pairs, rejected, formats, licences, dialects, encodings }: ImportedPairs,
  reasons: Readonly<Record<string, number>>,
  written: readonly string[],
): string {
  const entries = Object.entries(reasons);
  const rest = entries.slice(MOST_REASONS).reduce((sum, [, count]) => sum + count, 0);
  const line = (count: number, text: string) => `  ${String(count).padStart(7)}  ${text}`;
  return [
    ...Object.entries(formats).map(([file, format]) => `${file}: ${format}`),
    ...Object.entries(encodings).map(([file, found]) => `${file}: read as ${found.join(", ")}`),
    `${pairs.length} imported, ${rejected.length} rejected`,
    ...entries.slice(0, MOST_REASONS).map(([reason, count]) => line(count, reason)),
    ...(rest > 0 ? [line(rest, `for ${entries.length - MOST_REASONS} other reasons`)] : []),
    ...Object.entries(licences).map(
      ([licence, count]) => `${count} under ${licence} (another by --license)`,
    ),
    ...Object.entries(dialects).map(
      ([dialect, count]) =>
        `${count} are written in ${dialect}; those that do not run here are set aside by \`t2s run clean\``,
    ),
    `Written: ${written.join(", ")}`,
  ].join("\n");
}
