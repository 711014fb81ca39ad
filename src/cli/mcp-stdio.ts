/** Serves a project in the Model Context Protocol on standard input and output, until the input ends. */
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { UserError } from "../base/errors.ts";
import type { StageContext } from "../pipeline/run.ts";
import { createKeyring, type Keyring, LOCAL_READER, type Reader } from "../serve/keys.ts";
import { createMcpServer } from "../serve/mcp.ts";
import { createRateLimit } from "../serve/queue.ts";
import type { ServiceOptions } from "../serve/service.ts";
import { openService, stopWanted } from "./serve-project.ts";

export type McpStdioOptions = {
  readonly version: string;
  /** The key to act as; one is needed when the project has any. */
  readonly key?: string;
  /** Called once when it answers. */
  readonly onReady: (model: ServiceOptions["model"]) => void;
};

/**
 * Ends when the client closes its end, when the context's signal aborts, or at SIGTERM; what is running then is stopped.
 * Raises unauthorized, and what openService does.
 */
export async function serveMcpStdio(
  context: StageContext,
  options: McpStdioOptions,
): Promise<void> {
  const { project, config, signal } = context;
  const inputEnded = new Promise<void>((resolve) => {
    process.stdin.once("end", resolve).once("close", resolve);
  });
  const ended = Promise.race([inputEnded, stopWanted(signal)]);
  const readerNow = readerOf(createKeyring(project.keysFile), options.key);
  readerNow();
  const opening = openService(context);
  const limitRate = createRateLimit();
  const handle = serveStdio(() =>
    createMcpServer({
      service: async () => (await opening).service,
      version: options.version,
      readerOf: () => {
        const reader = readerNow();
        limitRate(reader.name, reader.requestsPerMinute ?? config["serve.requestsPerMinute"]);
        return reader;
      },
    }),
  );
  try {
    const { service, close } = await opening;
    options.onReady(service.model);
    await ended;
    await handle.close();
    await close();
  } finally {
    await handle.close();
  }
}

/** Who asks now: a key that is taken back opens nothing any more. */
const readerOf = (keys: Keyring, key?: string) => (): Reader => {
  if (key === undefined && keys.isEmpty()) return LOCAL_READER;
  const reader = keys.find(key ?? "");
  if (reader !== undefined) return reader;
  throw new UserError(
    "unauthorized",
    key === undefined
      ? "the project has API keys; name one in T2S_KEY"
      : "the key in T2S_KEY or --key is not known here",
  );
};
