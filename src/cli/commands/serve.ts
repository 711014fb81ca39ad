/** `t2s serve`: the project as an HTTP service. */
import type { Command } from "commander";
import { UserError } from "../../base/errors.ts";
import type { Service } from "../../serve/service.ts";
import { type Io, ioOf } from "../io.ts";
import { addOptionFlags, overridesOf } from "../option-flags.ts";
import { sampleQuestions } from "../sample-questions.ts";
import { serveProject } from "../serve-project.ts";
import { contextOf } from "./run.ts";

export function registerServe(program: Command): void {
  const command = program
    .command("serve")
    .description(
      "Serves the project over HTTP: POST /generate_sql, /v1/ask, /v1/execute, /v1/chat/completions, a page to ask in, /openapi.json (docs/serving.md). SQL runs read-only, within limits, on what the key may see. SIGHUP or POST /v1/reload takes over a model tuned meanwhile.",
    )
    .option("--port <number>", "0 takes a free one", "4318")
    .option(
      "--host <address>",
      "an address of the network wants an API key (`t2s keys`)",
      "127.0.0.1",
    )
    .addHelpText(
      "after",
      "\nExamples:\n  t2s serve\n  t2s serve --port 8080 --json\n  t2s keys add dashboard --scopes ask,execute && t2s serve --host 0.0.0.0\n  t2s serve --serve.timeoutMs 2000 --decode candidates:8",
    );
  addOptionFlags(command, ["serve.", "predict."]);
  command.action((flags: HttpFlags, self: Command) => {
    const io = ioOf(self);
    return serveHttp(io, self, flags, (url) =>
      io.result({ url, pid: process.pid }, `Ask your questions on ${url} (Ctrl-C ends)`),
    );
  });
}

export type HttpFlags = { readonly port: string; readonly host: string };

/**
 * The project of a command as an HTTP service, until it is told to stop; `onUrl` is called once when it answers. Raises
 * usage, and what serveProject does.
 */
export async function serveHttp(
  io: Io,
  self: Command,
  { port, host }: HttpFlags,
  onUrl: (url: string) => void,
): Promise<void> {
  const reread = () => contextOf(io, overridesOf(self));
  const context = reread();
  await serveProject(context, {
    host,
    port: readPort(port),
    sampleQuestions: sampleQuestions(context.project),
    reread,
    onReady: (url, model) => {
      noteModel(io, model);
      onUrl(url);
    },
  });
}

/** Says so where no tuned model answers. */
export function noteModel({ progress }: Io, model: Service["model"]): void {
  if ("missing" in model)
    progress.note(`there is no model, so that questions get an error: ${model.missing}`);
  else if (model.name === "base")
    progress.note("no model is tuned yet (`t2s run`): the base model answers");
}

/** Raises usage. */
export function readPort(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port < 65536) return port;
  throw new UserError("usage", `--port is ${text}; a whole number from 0 to 65535 is wanted`);
}
