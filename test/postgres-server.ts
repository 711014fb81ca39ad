/**
 * A real PostgreSQL server for tests: a cluster of its own in a temporary folder, started on a free port and stopped with
 * its folder. The superuser `postgres` needs no password, every other role does.
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import {
  appendFileSync,
  chownSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { freePort } from "./server-process.ts";

export type PostgresServer = {
  readonly port: number;
  /** The URL of a database for a role; with a password where it needs one. */
  url(database: string, role?: string): string;
  /** Runs a script as superuser. */
  script(database: string, sql: string): Promise<void>;
  /** Makes a database out of a script, and says its URL for the superuser. */
  create(database: string, sql?: string): Promise<string>;
  close(): Promise<void>;
};

const LIB = "/usr/lib/postgresql";

/** The folder of the server's programs: T2S_POSTGRES, or where Debian puts them. */
export function postgresFolder(): string | undefined {
  const versions = existsSync(LIB) ? readdirSync(LIB).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [process.env.T2S_POSTGRES, ...versions.map((name) => join(LIB, name, "bin"))];
  return folders.find((folder) => folder && existsSync(join(folder, "initdb")));
}

/** For describe.skipIf: nothing in CI, where the server has to be there. */
export const withoutPostgres: boolean = postgresFolder() === undefined && !process.env.CI;

const PASSWORD = "secret word:/@";
const READY_MS = 30_000;

export async function startPostgres(): Promise<PostgresServer> {
  const binaries = postgresFolder();
  if (binaries === undefined)
    throw new Error("there is no PostgreSQL: apt-get install postgresql-15, or set T2S_POSTGRES");
  const folder = mkdtempSync(join(tmpdir(), "t2s-postgres-"));
  const owner = ownerOf();
  if (owner) chownSync(folder, owner.uid, owner.gid);
  const data = join(folder, "data");
  const options = { ...owner, cwd: folder, stdio: "ignore" } as const;
  const init = ["-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "-N"];
  execFileSync(join(binaries, "initdb"), init, options);
  const trust = (role: string, method: string) => `host all ${role} 127.0.0.1/32 ${method}\n`;
  writeFileSync(
    join(data, "pg_hba.conf"),
    trust("postgres", "trust") + trust("all", "scram-sha-256"),
  );
  const port = await freePort();
  appendFileSync(
    join(data, "postgresql.conf"),
    `port = ${port}\nlisten_addresses = '127.0.0.1'\nunix_socket_directories = '${folder}'\nfsync = off\nmax_connections = 40\n`,
  );
  const child = spawn(join(binaries, "postgres"), ["-D", data], options);
  const url = (database: string, role = "postgres") =>
    `postgres://${role}${role === "postgres" ? "" : `:${encodeURIComponent(PASSWORD)}`}@127.0.0.1:${port}/${database}`;
  const close = async () => {
    await stop(child);
    rmSync(folder, { recursive: true, force: true });
  };
  const script = async (database: string, sql: string) => {
    const client = new pg.Client(url(database));
    await client.connect();
    try {
      await client.query(sql);
    } finally {
      await client.end();
    }
  };
  try {
    await untilReady(() => script("postgres", `CREATE ROLE reader LOGIN PASSWORD '${PASSWORD}'`));
  } catch (error) {
    await close();
    throw error;
  }
  return {
    port,
    url,
    script,
    create: async (database, sql = "") => {
      await script("postgres", `CREATE DATABASE "${database}"`);
      if (sql !== "") await script(database, sql);
      return url(database);
    },
    close,
  };
}

/** The server does not run as root. */
function ownerOf(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const idOf = (flag: string) =>
    Number(execFileSync("id", [flag, "postgres"], { encoding: "utf8" }));
  return { uid: idOf("-u"), gid: idOf("-g") };
}

async function untilReady(attempt: () => Promise<void>): Promise<void> {
  const endMs = performance.now() + READY_MS;
  for (;;)
    try {
      return await attempt();
    } catch (error) {
      if (performance.now() > endMs) throw error;
      await sleep(100);
    }
}

/** Fast shutdown: it ends its sessions. */
async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGINT");
  await ended;
}
