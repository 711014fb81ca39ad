/** A server that speaks OpenAI's protocol and misbehaves as real services do: what it answers is told request by request. */
import { createServer } from "node:http";

export type ChatBody = {
  readonly model: string;
  readonly messages: readonly { readonly role: string; readonly content: string }[];
  readonly response_format?: unknown;
  readonly seed?: number;
};

export type Behaviour =
  | { readonly content: string; readonly withoutUsage?: boolean; readonly afterMs?: number }
  | { readonly status: number; readonly error: string; readonly retryAfter?: string }
  /** Sent as it is, with status 200. */
  | { readonly body: string }
  | "cut"
  | "hang";

export type ForeignServer = {
  /** Ends in /v1. */
  readonly baseUrl: string;
  /** In the order in which they came. */
  readonly requests: ChatBody[];
  readonly authorizations: (string | undefined)[];
  close(): void;
};

/** `behave` gets each request with its number from 1. */
export async function startForeignServer(
  behave: (body: ChatBody, number: number) => Behaviour,
): Promise<ForeignServer> {
  const requests: ChatBody[] = [];
  const authorizations: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body = JSON.parse(Buffer.concat(chunks).toString()) as ChatBody;
      requests.push(body);
      authorizations.push(request.headers.authorization);
      const behaviour = behave(body, requests.length);
      if (behaviour === "hang") return;
      if (behaviour === "cut") {
        response.writeHead(200, { "content-type": "application/json", "content-length": "5000" });
        response.write('{"choices":');
        setTimeout(() => response.destroy(), 10);
        return;
      }
      const send = (status: number, text: string, headers = {}) => {
        response.writeHead(status, { "content-type": "application/json", ...headers });
        response.end(text);
      };
      if ("body" in behaviour) send(200, behaviour.body);
      else if ("status" in behaviour)
        send(
          behaviour.status,
          JSON.stringify({ error: { message: behaviour.error } }),
          behaviour.retryAfter === undefined ? {} : { "retry-after": behaviour.retryAfter },
        );
      else setTimeout(() => send(200, completion(behaviour)), behaviour.afterMs ?? 0);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  return {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    requests,
    authorizations,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

const completion = ({
  content,
  withoutUsage = false,
}: {
  content: string;
  withoutUsage?: boolean;
}) =>
  JSON.stringify({
    id: "1",
    created: 1,
    model: "m",
    choices: [{ index: 0, finish_reason: "stop", message: { role: "assistant", content } }],
    ...(!withoutUsage && {
      usage: { prompt_tokens: 100, completion_tokens: 10, total_tokens: 110 },
    }),
  });
