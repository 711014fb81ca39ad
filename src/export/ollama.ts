/**
 * Models of a running Ollama, by its API: files uploaded, models made, copied and removed. Knows no question and no
 * database. Reference: https://docs.ollama.com/api
 */
import { openAsBlob } from "node:fs";
import { basename } from "node:path";
import { messageOf, UserError } from "../base/errors.ts";
import { sha256OfFile } from "../base/hash.ts";
import type { Serving } from "./modelfile.ts";

export type OllamaModel = {
  readonly name: string;
  /** GGUF file of the whole model. */
  readonly modelFile: string;
  /** GGUF file of an adapter for it. */
  readonly adapterFile?: string;
  readonly serving: Serving;
};

/** Every call raises `network` where Ollama does not answer or refuses, and the signal's reason where it is aborted. */
export type Ollama = {
  version(): Promise<string>;
  /** Uploads what Ollama does not hold yet. */
  create(model: OllamaModel): Promise<void>;
  copy(from: string, to: string): Promise<void>;
  remove(name: string): Promise<void>;
};

/** `baseUrl` without a path: http://127.0.0.1:11434. */
export function connectOllama(baseUrl: string, signal?: AbortSignal): Ollama {
  async function ask(method: string, path: string, body?: Blob | object): Promise<Response> {
    const sent = body === undefined || body instanceof Blob ? body : JSON.stringify(body);
    const response = await fetch(new URL(path, baseUrl), { method, body: sent, signal }).catch(
      (cause: unknown) => {
        signal?.throwIfAborted();
        const reason = messageOf((cause as Error).cause ?? cause);
        throw new UserError(
          "network",
          `Ollama does not answer at ${baseUrl}: ${reason}; start it with \`ollama serve\`, or name its address with --url`,
          { cause },
        );
      },
    );
    if (response.ok || method === "HEAD") return response;
    throw new UserError(
      "network",
      `Ollama refuses ${method} ${path}: ${response.status} ${(await response.text()).slice(0, 300)}`,
    );
  }
  /** The digest by which models name the file. */
  async function upload(file: string): Promise<string> {
    const digest = `sha256:${await sha256OfFile(file)}`;
    const path = `/api/blobs/${digest}`;
    const held = await ask("HEAD", path);
    if (!held.ok) await ask("POST", path, await openAsBlob(file));
    return digest;
  }
  const uploaded = async (file: string) => ({ [basename(file)]: await upload(file) });
  return {
    async version() {
      const { version } = (await (await ask("GET", "/api/version")).json()) as { version: string };
      return version;
    },
    async create({ name, modelFile, adapterFile, serving }) {
      await ask("POST", "/api/create", {
        model: name,
        files: await uploaded(modelFile),
        ...(adapterFile && { adapters: await uploaded(adapterFile) }),
        ...serving,
        stream: false,
      });
    },
    async copy(source, destination) {
      await ask("POST", "/api/copy", { source, destination });
    },
    async remove(model) {
      await ask("DELETE", "/api/delete", { model });
    },
  };
}
