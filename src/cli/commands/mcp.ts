/** `t2s mcp`: the project as a server in the Model Context Protocol. */
import { type Command, Option } from "commander";
import { UserError } from "../../base/errors.ts";
import { ioOf } from "../io.ts";
import { serveMcpStdio } from "../mcp-stdio.ts";
import { addOptionFlags, overridesOf } from "../option-flags.ts";
import { packageVersion } from "../version.ts";
import { type HttpFlags, noteModel, serveHttp } from "./serve.ts";
import { contextOf } from "./run.ts";

type McpFlags = HttpFlags & { readonly http?: boolean; readonly key?: string };

export function registerMcp(program: Command): void {
  const command = program
    .command("mcp")
    .description(
      "Serves the project in the Model Context Protocol, on standard input and output or over HTTP: tools ask, generate_sql, run_sql, list_tables, describe_table, and the schema as resources (docs/mcp.md). Guarded and limited as `t2s serve` is.",
    )
    .option("--http", "over Streamable HTTP at /mcp, as `t2s serve` has it too")
    .option("--port <number>", "with --http: 0 takes a free one", "4319")
    .option(
      "--host <address>",
      "with --http: an address of the network wants an API key (`t2s keys`)",
      "127.0.0.1",
    )
    .addOption(
      new Option(
        "--key <key>",
        "without --http: the API key to act as; one is needed when the project has any",
      ).env("T2S_KEY"),
    )
    .addHelpText(
      "after",
      "\nExamples:\n  t2s mcp --project /path/of/project\n  T2S_KEY=t2s_… t2s mcp\n  t2s mcp --http --port 8080",
    );
  addOptionFlags(command, ["serve.", "predict."]);
  command.action(async (flags: McpFlags, self: Command) => {
    const io = ioOf(self);
    checkFlags(flags, (flag) => self.getOptionValueSource(flag) === "cli");
    if (flags.http)
      return serveHttp(io, self, flags, (url) =>
        io.result({ url: `${url}/mcp`, pid: process.pid }, `${url}/mcp answers (Ctrl-C ends)`),
      );
    const { key } = flags;
    return serveMcpStdio(contextOf(io, overridesOf(self)), {
      version: packageVersion(),
      ...(key !== undefined && { key }),
      onReady: (model) => noteModel(io, model),
    });
  });
}

/** Raises usage for a flag that says nothing here. */
function checkFlags({ http }: McpFlags, isGiven: (flag: keyof McpFlags) => boolean): void {
  const idle = http ? (["key"] as const) : (["port", "host"] as const);
  const flag = idle.find(isGiven);
  if (flag === undefined) return;
  throw new UserError(
    "usage",
    http
      ? `--${flag} is for standard input and output; over HTTP each request brings its own key`
      : `--${flag} needs --http`,
  );
}
