/** A real Ollama for tests: started on a free port with a home of its own, stopped with its runners. */
import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

export type OllamaServer = {
  readonly baseUrl: string;
  /**
   * Makes a model of a GGUF file, with an adapter for it if there is one. One thread: on shared cores Ollama's own number
   * of threads collapses.
   */
  create(name: string, baseFile: string, adapterFile?: string): Promise<void>;
  close(): Promise<void>;
};

const READY_MS = 30_000;

export async function startOllama(executable: string): Promise<OllamaServer> {
  const home = mkdtempSync(join(tmpdir(), "t2s-ollama-"));
  const host = `127.0.0.1:${await freePort()}`;
  const baseUrl = `http://${host}`;
  const env = { PATH: process.env.PATH, HOME: home, OLLAMA_HOST: host, OLLAMA_NO_CLOUD: "1" };
  const child = spawn(executable, ["serve"], { env, stdio: "ignore", detached: true });
  child.on("error", () => {}); // it has no pid then, and is never ready
  const close = async () => {
    await stop(child);
    rmSync(home, { recursive: true, force: true });
  };
  try {
    await waitUntilReady(baseUrl, child);
  } catch (error) {
    await close();
    throw error;
  }
  const upload = async (file: string): Promise<string> => {
    const bytes = readFileSync(file);
    const digest = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
    await post(`${baseUrl}/api/blobs/${digest}`, bytes);
    return digest;
  };
  return {
    baseUrl,
    async create(name, baseFile, adapterFile) {
      const files = { "base.gguf": await upload(baseFile) };
      const adapters = adapterFile && { "adapter.gguf": await upload(adapterFile) };
      const parameters = { repeat_penalty: 1, num_thread: 1 };
      const body = { model: name, files, adapters, parameters, stream: false };
      await post(`${baseUrl}/api/create`, JSON.stringify(body));
    },
    close,
  };
}

async function post(url: string, body: string | Uint8Array<ArrayBuffer>): Promise<void> {
  const response = await fetch(url, { method: "POST", body });
  if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`);
}

async function waitUntilReady(baseUrl: string, child: ChildProcess): Promise<void> {
  const until = Date.now() + READY_MS;
  while (Date.now() < until && child.pid !== undefined && child.exitCode === null) {
    const answered = await fetch(`${baseUrl}/api/version`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (answered) return;
    await sleep(100);
  }
  throw new Error("Ollama did not start");
}

/** The runner of a model is a child of the server: the whole group goes. */
async function stop(child: ChildProcess): Promise<void> {
  if (child.pid === undefined) return;
  if (child.exitCode === null) {
    const gone = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGTERM");
    await Promise.race([gone, sleep(5000)]);
  }
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    // nobody is left of the group
  }
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}
