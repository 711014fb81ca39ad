/** `t2s schema notes` and `t2s schema lint`: what the names do not say, and what will hurt. */
import { existsSync } from "node:fs";
import type { Command } from "commander";
import { writeFileAtomic } from "../../base/files.ts";
import { guessNotes } from "../../data/knowledge/guess.ts";
import { type LintProblem, lintSchema } from "../../data/knowledge/lint.ts";
import { databaseFileOf, loadDatabase } from "../../pipeline/stages/schema.ts";
import { readNotes } from "../../schema/notes.ts";
import { withAccepted, withProposals } from "../../schema/notes-file.ts";
import { profileColumns } from "../../schema/profile.ts";
import { ioOf } from "../io.ts";
import { contextOf } from "./run.ts";

export function registerNotes(schema: Command): void {
  schema
    .command("notes")
    .description(
      "Writes into schema/notes.yaml what the data show of each column, and guesses at descriptions. A guess reaches the model when it is accepted.",
    )
    .option("--accept <names...>", "accept guesses: Table.Column, or all")
    .addHelpText(
      "after",
      "\nExamples:\n  t2s schema notes\n  t2s schema notes --accept ORD.STAT ORD.NET\n  t2s schema notes --accept all",
    )
    .action(async ({ accept }: { accept?: readonly string[] }, self: Command) => {
      const io = ioOf(self);
      const context = contextOf(io);
      const file = context.project.notesFile;
      if (accept !== undefined) {
        const { text, accepted } = withAccepted(file, accept);
        writeFileAtomic(file, text);
        return io.result({ file, accepted }, `${accepted.length} guesses accepted in ${file}`);
      }
      if (existsSync(file)) readNotes(file);
      const database = await loadDatabase(context);
      const profiles = profileColumns(databaseFileOf(context), database);
      const update = withProposals(file, guessNotes(database, profiles));
      writeFileAtomic(file, update.text);
      const { guesses, profiles: changed } = update;
      io.result(
        { file, guesses, profiles: changed },
        `${changed} profiles and ${guesses} guesses written to ${file}\nNext: put the guesses right, replace each ? and delete \`guess: true\`; the model reads what is accepted.`,
      );
    });
}

export function registerLint(schema: Command): void {
  schema
    .command("lint")
    .description(
      "Lists what will hurt: missing keys, cryptic names without a description, codes that nobody explained, ids that no key declares.",
    )
    .addHelpText("after", "\nExamples:\n  t2s schema lint\n  t2s schema lint --json")
    .action(async (_options: unknown, self: Command) => {
      const io = ioOf(self);
      const context = contextOf(io);
      const { notesFile } = context.project;
      const database = await loadDatabase(context);
      const file = databaseFileOf(context);
      const notes = existsSync(notesFile) ? readNotes(notesFile) : undefined;
      const problems = lintSchema(file, database, profileColumns(file, database), notes);
      const groups = Map.groupBy(problems, ({ code }) => code);
      const counts = Object.fromEntries([...groups].map(([code, { length }]) => [code, length]));
      io.result({ counts, problems }, lintText(problems));
    });
}

/** Places that one line shows of a kind; --json has all. */
const MOST_PLACES = 5;

function lintText(problems: readonly LintProblem[]): string {
  if (problems.length === 0) return "Nothing was found that will hurt.";
  const groups = Map.groupBy(problems, ({ code }) => code);
  const lines = [...groups].flatMap(([code, group]) => [
    `${code} (${group.length})`,
    ...group
      .slice(0, MOST_PLACES)
      .map(({ place, message }) => `  ${[place, message].filter(Boolean).join(" ")}`),
    ...(group.length > MOST_PLACES ? [`  and ${group.length - MOST_PLACES} more (--json)`] : []),
  ]);
  return lines.join("\n");
}
