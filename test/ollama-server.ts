/** A real Ollama for tests: started on a free port with a home of its own, stopped with its runners. */
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort, startServer } from "./server-process.ts";

export type OllamaServer = {
  readonly baseUrl: string;
  /**
   * Makes a model of a GGUF file, with an adapter for it if there is one. One thread: on shared cores Ollama's own number
   * of threads collapses.
   */
  create(name: string, baseFile: string, adapterFile?: string): Promise<void>;
  close(): Promise<void>;
};

export async function startOllama(executable: string): Promise<OllamaServer> {
  const home = mkdtempSync(join(tmpdir(), "t2s-ollama-"));
  const host = `127.0.0.1:${await freePort()}`;
  const baseUrl = `http://${host}`;
  const env = { PATH: process.env.PATH, HOME: home, OLLAMA_HOST: host, OLLAMA_NO_CLOUD: "1" };
  const removeHome = () => rmSync(home, { recursive: true, force: true });
  const stop = await startServer(executable, ["serve"], {
    env,
    readyUrl: `${baseUrl}/api/version`,
  }).catch((error: unknown) => {
    removeHome();
    throw error;
  });
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
    async close() {
      await stop();
      removeHome();
    },
  };
}

async function post(url: string, body: string | Uint8Array<ArrayBuffer>): Promise<void> {
  const response = await fetch(url, { method: "POST", body });
  if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`);
}
