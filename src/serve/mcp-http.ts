/**
 * The Model Context Protocol over Streamable HTTP: single requests as its revision of 2026 has them, and sessions for
 * clients of earlier ones. Who asks, and whether they may, is settled before. Knows no HTTP server.
 */
import { randomUUID } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import {
  createMcpHandler,
  isInitializeRequest,
  isLegacyRequest,
  type ServerContext,
  WebStandardStreamableHTTPServerTransport as SessionTransport,
} from "@modelcontextprotocol/server";
import { UserError } from "../base/errors.ts";
import type { Reader } from "./keys.ts";
import { createMcpServer, type McpOptions } from "./mcp.ts";

export type McpHttp = {
  /**
   * `body` is the parsed one. The request's signal aborts what it has begun. Raises not-found for a session that there
   * is not, usage for a request of an earlier revision outside of any.
   */
  answer(request: Request, body: unknown, reader: Reader): Promise<Response>;
  /** Answers the calls that have begun, then ends what streams there are. */
  close(): Promise<void>;
};

/** Sessions end when their client says so, which few do: beyond this number the one that was used longest ago goes. */
const MAX_SESSIONS = 256;

/** Close it with the app that it belongs to. */
export function createMcpHttp(options: Omit<McpOptions, "readerOf" | "onCall">): McpHttp {
  const running = new Set<Promise<unknown>>();
  function onCall(call: Promise<unknown>): void {
    const done = () => void running.delete(call);
    running.add(call);
    call.then(done, done);
  }
  const createServer = () => createMcpServer({ ...options, readerOf: readerOfRequest, onCall });
  const single = createMcpHandler(createServer, { legacy: "reject" });
  const sessions = new Map<
    string,
    { readonly transport: SessionTransport; readonly owner: string }
  >();

  async function openSession(owner: string): Promise<SessionTransport> {
    const transport = new SessionTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: (id) => void sessions.set(id, { transport, owner }),
    });
    transport.onclose = () => void sessions.delete(transport.sessionId ?? "");
    const [oldest] = sessions.values();
    if (sessions.size >= MAX_SESSIONS) await oldest.transport.close();
    await createServer().connect(transport);
    return transport;
  }

  /** The session that a request belongs to; one that nobody else opened. */
  async function sessionOf({ headers }: Request, body: unknown, owner: string) {
    const id = headers.get("mcp-session-id");
    if (id === null) {
      if (isInitializeRequest(body)) return openSession(owner);
      throw new UserError("usage", "the request is of no session; `initialize` opens one");
    }
    const session = sessions.get(id);
    if (session?.owner !== owner) throw new UserError("not-found", `there is no session ${id}`);
    sessions.delete(id);
    sessions.set(id, session);
    return session.transport;
  }

  return {
    async answer(request, body, reader) {
      const authInfo = { token: "", clientId: reader.name, scopes: [], extra: { reader } };
      const given = { authInfo, parsedBody: body ?? undefined };
      if (!(await isLegacyRequest(request, given.parsedBody))) return single.fetch(request, given);
      return (await sessionOf(request, body, reader.name)).handleRequest(request, given);
    },
    async close() {
      await Promise.allSettled(running);
      await setImmediate(); // the answers go out
      await single.close();
      await Promise.all([...sessions.values()].map(({ transport }) => transport.close()));
    },
  };
}

const readerOfRequest = ({ http }: ServerContext): Reader =>
  http?.authInfo?.extra?.reader as Reader;
