/** `t2s schema link "…"`: what a question speaks of, as far as words tell. */
import type { Command } from "commander";
import { databaseOf, loadDatabase } from "../../pipeline/stages/schema.ts";
import { indexCells, loadCells } from "../../link/cells.ts";
import { createLinker, type Links } from "../../link/link.ts";
import { terminalTable } from "../../report/terminal.ts";
import { ioOf } from "../io.ts";
import { contextOf } from "./run.ts";

/** Of each list; `--json` has all. */
const SHOWN = 8;

export function registerLink(schema: Command): void {
  schema
    .command("link")
    .description(
      "Ranks the tables, columns and cells that a question speaks of, by names, comments, cells and keys; no model takes part.",
    )
    .argument("<question>", "the question, in plain words")
    .addHelpText("after", '\nExamples:\n  t2s schema link "open balance of customers in Boulder"')
    .action(async (question: string, _: object, self: Command) => {
      const io = ioOf(self);
      const context = contextOf(io);
      const database = await loadDatabase(context);
      const cells = indexCells(await loadCells(databaseOf(context), database));
      const links = createLinker(database, cells).link(question);
      io.result(links, textOf(links));
    });
}

function textOf({ tables, columns, cells }: Links): string {
  const score = (value: number) => value.toFixed(2);
  const rows = (list: readonly string[][]) => list.slice(0, SHOWN);
  return [
    terminalTable(
      ["table", "score"],
      rows(tables.map((one) => [one.table, score(one.score)])),
      [1],
    ),
    terminalTable(
      ["column", "score"],
      rows(columns.map((one) => [`${one.table}.${one.column}`, score(one.score)])),
      [1],
    ),
    terminalTable(
      ["cell", "of", "found", "score"],
      rows(cells.map((one) => [one.cell, `${one.table}.${one.column}`, one.how, score(one.score)])),
      [3],
    ),
  ].join("\n\n");
}
