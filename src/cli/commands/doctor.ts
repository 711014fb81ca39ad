/** `t2s doctor`: what this machine can do, what is missing and how to get it. */
import { availableParallelism, freemem } from "node:os";
import { existsSync, statfsSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { messageOf, UserError } from "../../base/errors.ts";
import { engineOf } from "../../db/drivers.ts";
import { roleWarningsOn } from "../../db/postgres/role.ts";
import { cacheFolder, cachedModel, DEFAULT_MODEL } from "../../source/source.ts";
import { terminalTable } from "../../report/terminal.ts";
import { databaseOf } from "../../pipeline/stages/schema.ts";
import { type Io, ioOf } from "../io.ts";
import { contextOf } from "./run.ts";

type Check = {
  readonly name: string;
  readonly ok: boolean;
  readonly found: string;
  readonly toDo: string;
};

const MIN_MEMORY_BYTES = 3e9;
const MIN_DISK_BYTES = 1e9;

export function registerDoctor(program: Command): void {
  program
    .command("doctor")
    .description("Says what this machine can do, what is missing and how to get it.")
    .addHelpText("after", "\nExample:\n  t2s doctor --json")
    .action(async (_options: unknown, self: Command) => {
      const io = ioOf(self);
      const checks = [...(await runChecks()), ...(await projectChecks(io))];
      const rows = checks.map(({ name, ok, found, toDo }) => [
        ok ? "ok" : "missing",
        name,
        found,
        ok ? "" : toDo,
      ]);
      io.result(
        { ok: checks.every((check) => check.ok), checks },
        terminalTable(["", "what", "found", "what to do"], rows),
      );
    });
}

const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB free`;

async function runChecks(): Promise<Check[]> {
  const { bavail, bsize } = statfsSync(".");
  return [
    { name: "Node", ok: true, found: process.versions.node, toDo: "" },
    {
      name: "processor",
      ok: true,
      found: `${availableParallelism()} threads, ${process.arch}`,
      toDo: "",
    },
    {
      name: "memory",
      ok: freemem() >= MIN_MEMORY_BYTES,
      found: gigabytes(freemem()),
      toDo: "close programs; training the default model needs 3 GB, 1 GB with train.mode: checkpoint",
    },
    {
      name: "disk",
      ok: bavail * bsize >= MIN_DISK_BYTES,
      found: gigabytes(bavail * bsize),
      toDo: "free 1 GB for the model and a run",
    },
    await packageCheck("onnxruntime-node", "training"),
    await packageCheck("node-llama-cpp", "decoding"),
    await modelCheck(),
  ];
}

/** Of a project, where there is one: whether its options can be read, and on a server whether the role can do more than read. */
async function projectChecks(io: Io): Promise<Check[]> {
  if (!existsSync(join(io.projectFolder, "t2s.yaml"))) return [];
  let source: string;
  try {
    source = databaseOf(contextOf(io));
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const { message } = error;
    return [{ name: "t2s.yaml", ok: false, found: message, toDo: "correct it: docs/config.md" }];
  }
  if (engineOf(source) !== "postgres") return [];
  const found = await roleWarningsOn(source).catch((error: unknown) => [messageOf(error)]);
  return [
    {
      name: "role on the database's server",
      ok: found.length === 0,
      found: found.join("; ") || "may read",
      toDo: "a role with SELECT alone: docs/databases.md",
    },
  ];
}

async function packageCheck(name: string, purpose: string): Promise<Check> {
  try {
    await import(name);
    return { name: `${name} (${purpose})`, ok: true, found: "loads", toDo: "" };
  } catch (error) {
    return {
      name: `${name} (${purpose})`,
      ok: false,
      found: messageOf(error).split("\n")[0],
      toDo: `npm install ${name}`,
    };
  }
}

async function modelCheck(): Promise<Check> {
  const path = await cachedModel(DEFAULT_MODEL);
  return {
    name: "default model",
    ok: path !== undefined,
    found: path ?? `not in ${cacheFolder()}`,
    toDo: "t2s models --fetch (92.9 MB, once)",
  };
}
