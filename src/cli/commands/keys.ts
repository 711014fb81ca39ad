/** `t2s keys`: API keys of the project's service. */
import type { Command } from "commander";
import { UserError } from "../../base/errors.ts";
import { projectAt } from "../../pipeline/project.ts";
import { loadDatabase } from "../../pipeline/stages/schema.ts";
import { terminalTable } from "../../report/terminal.ts";
import { addKey, type Reader, readKeys, revokeKey, type Scope, SCOPES } from "../../serve/keys.ts";
import { viewOf } from "../../serve/reader-view.ts";
import { ioOf } from "../io.ts";
import { contextOf } from "./run.ts";

type AddOptions = {
  readonly scopes: string;
  readonly tables?: string;
  readonly rows: readonly string[];
  readonly perMinute?: string;
};

const collect = (value: string, before: readonly string[]) => [...before, value];

export function registerKeys(program: Command): void {
  const keys = program
    .command("keys")
    .description(
      "API keys of `t2s serve`, kept as hashes in keys.json. Once there is one, every request needs one.",
    );
  keys
    .command("add")
    .description("Makes a key and prints it, this once.")
    .argument("<name>", "whom it is for")
    .option("--scopes <list>", `what it may do: ${SCOPES.join(",")}`, "ask,execute,feedback,schema")
    .option("--tables <list>", "the tables and views that it sees; left out means all")
    .option(
      "--rows <table: condition>",
      "the rows that it sees of a table; may be repeated",
      collect,
      [],
    )
    .option("--per-minute <number>", "requests a minute, instead of serve.requestsPerMinute")
    .addHelpText(
      "after",
      '\nExamples:\n  t2s keys add dashboard\n  t2s keys add west --tables customer,orders --rows "customer: region = \'West\'" --rows "orders: customerId IN (SELECT id FROM customer)"',
    )
    .action(async (name: string, options: AddOptions, self: Command) => {
      const io = ioOf(self);
      const context = contextOf(io);
      const rights = rightsOf(name, options);
      viewOf(await loadDatabase(context), rights);
      const key = addKey(context.project.keysFile, rights);
      io.result(
        { name, key },
        `${key}\n\nSend it as "Authorization: Bearer …". It is shown only now.`,
      );
    });
  keys
    .command("list")
    .description("Shows the keys and what each may do; not the keys themselves.")
    .addHelpText("after", "\nExample:\n  t2s keys list --json")
    .action((_options: object, self: Command) => {
      const io = ioOf(self);
      const known = readKeys(projectAt(io.projectFolder).keysFile);
      const rows = known.map(({ name, scopes, tables, rowFilters = {}, createdAt }) => [
        name,
        scopes.join(", "),
        tables?.join(", ") ?? "all",
        Object.entries(rowFilters)
          .map(([table, condition]) => `${table}: ${condition}`)
          .join("; "),
        createdAt,
      ]);
      io.result(
        known.map((key) => ({ ...key, hash: undefined })),
        known.length === 0
          ? "there is no key"
          : terminalTable(["name", "may", "tables", "rows", "since"], rows),
      );
    });
  keys
    .command("revoke")
    .description("Takes a key back; a running service refuses it from then on.")
    .argument("<name>", "whom it was for")
    .addHelpText("after", "\nExample:\n  t2s keys revoke dashboard")
    .action((name: string, _options: object, self: Command) => {
      const io = ioOf(self);
      revokeKey(projectAt(io.projectFolder).keysFile, name);
      io.result({ revoked: name }, `${name} is revoked`);
    });
}

function rightsOf(name: string, { scopes, tables, rows, perMinute }: AddOptions): Reader {
  const listOf = (text: string) =>
    text
      .split(",")
      .map((part) => part.trim())
      .filter(Boolean);
  const wanted = listOf(scopes);
  const unknown = wanted.find((scope) => !(SCOPES as readonly string[]).includes(scope));
  if (unknown !== undefined)
    throw new UserError("usage", `--scopes has ${unknown}; ${SCOPES.join(", ")} are there`);
  const requestsPerMinute = Number(perMinute);
  if (perMinute !== undefined && !(Number.isInteger(requestsPerMinute) && requestsPerMinute > 0))
    throw new UserError("usage", `--per-minute is ${perMinute}; a whole number above 0 is wanted`);
  const rowFilters = Object.fromEntries(rows.map(readRows));
  return {
    name,
    scopes: wanted as Scope[],
    ...(tables !== undefined && { tables: listOf(tables) }),
    ...(rows.length > 0 && { rowFilters }),
    ...(perMinute !== undefined && { requestsPerMinute }),
  };
}

function readRows(text: string): readonly [string, string] {
  const [, table, condition] = /^\s*([^:]+?)\s*:\s*([^]+?)\s*$/.exec(text) ?? [];
  if (table === undefined || condition === undefined)
    throw new UserError("usage", `--rows is ${text}; TABLE: CONDITION is wanted`);
  return [table, condition];
}
