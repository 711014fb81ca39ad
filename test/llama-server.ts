/** A real llama-server for tests (scripts/llama-server.sh): one slot, one thread, on a free port. */
import { freePort, startServer } from "./server-process.ts";

export type LlamaServer = {
  /** Ends in /v1. */
  readonly baseUrl: string;
  close(): Promise<void>;
};

/** A model of a GGUF file, with an adapter for it if there is one, under the name "sql". */
export async function startLlamaServer(
  executable: string,
  baseFile: string,
  contextTokens: number,
  adapterFile?: string,
): Promise<LlamaServer> {
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const close = await startServer(
    executable,
    [
      ["-m", baseFile, "--alias", "sql", "-c", String(contextTokens), "-np", "1", "-t", "1"],
      ["--host", "127.0.0.1", "--port", String(port), "--offline", "--cache-ram", "0"],
      adapterFile === undefined ? [] : ["--lora", adapterFile],
    ].flat(),
    {
      env: { PATH: process.env.PATH },
      readyUrl: `${origin}/health`,
    },
  );
  return { baseUrl: `${origin}/v1`, close };
}
