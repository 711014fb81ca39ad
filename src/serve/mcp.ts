/**
 * The service in the Model Context Protocol: tools for questions and SQL, the schema as resources. What is done for a
 * call stands in service.ts, as for HTTP. Knows no transport.
 */
import {
  type CallToolRequest,
  type CallToolResult,
  type ListResourcesResult,
  ProtocolError,
  ProtocolErrorCode,
  type ReadResourceResult,
  ResourceNotFoundError,
  Server,
  type ServerContext,
} from "@modelcontextprotocol/server";
import { type ErrorCode, errorTable } from "../base/errors.ts";
import { renderDdl } from "../schema/render.ts";
import type { Database } from "../schema/schema.ts";
import { jsonSchemaOf } from "./api.ts";
import type { Reader } from "./keys.ts";
import { type Call, isSame, tools } from "./mcp-tools.ts";
import { errorReply } from "./reply.ts";
import type { Service } from "./service.ts";

export type McpOptions = {
  /** The service, which may still be opening: a client waits for its greeting less long than a model takes. */
  readonly service: () => Promise<Service>;
  /** Called with the code of each error that is answered. */
  readonly onError?: (code: string) => void;
  /** Called with each tool's call as it begins. */
  readonly onCall?: (call: Promise<unknown>) => void;
  readonly version: string;
  /** Who asks; called once for each call. Raises unauthorized, rate-limited. */
  readonly readerOf: (context: ServerContext) => Reader;
};

const WHOLE = "t2s://schema";
const PART = `${WHOLE}/`;
const SQL_TYPE = "application/sql";

/** A server for one connection, or for one request. */
export function createMcpServer(options: McpOptions): Server {
  const { service, onError, onCall, version, readerOf } = options;
  const server = new Server(
    { name: "text2sql-tuner", version },
    { capabilities: { tools: {}, resources: {} }, instructions: INSTRUCTIONS },
  );
  server.setRequestHandler("tools/list", () => ({ tools: toolList }));
  async function call(
    { name, arguments: given }: CallToolRequest["params"],
    context: ServerContext,
  ): Promise<CallToolResult> {
    if (!Object.hasOwn(tools, name))
      throw new ProtocolError(ProtocolErrorCode.InvalidParams, `there is no tool ${name}`);
    try {
      const reader = readerOf(context);
      const how = { service: await service(), reader, options: optionsOf(name, context) };
      const found = await tools[name].call(given, how);
      return {
        content: [{ type: "text", text: JSON.stringify(found) }],
        structuredContent: { ...found },
      };
    } catch (error) {
      const { text, code, retryAfter } = told(error, onError);
      return {
        content: [{ type: "text", text }],
        isError: true,
        _meta: { code, ...(retryAfter !== undefined && { retryAfter }) },
      };
    }
  }
  server.setRequestHandler("tools/call", ({ params }, context) => {
    const called = call(params, context);
    onCall?.(called);
    return called;
  });

  /** Resources have no errors of their own: what goes wrong is one of the protocol. */
  const resource = async <T>(context: ServerContext, find: (schema: Database) => T): Promise<T> => {
    try {
      const reader = readerOf(context);
      return find((await service()).schema(reader));
    } catch (error) {
      if (error instanceof ProtocolError) throw error;
      const { text, code } = told(error, onError);
      throw new ProtocolError(ProtocolErrorCode.InvalidRequest, text, { code });
    }
  };
  server.setRequestHandler("resources/list", (_request, context) =>
    resource(context, ({ dbId, tables }): ListResourcesResult => ({
      resources: [
        {
          uri: WHOLE,
          name: "schema",
          title: `Schema of ${dbId}`,
          description: "All tables and views that can be read, as CREATE TABLE statements.",
          mimeType: SQL_TYPE,
        },
        ...tables.map(({ name, kind, comment }) => ({
          uri: PART + encodeURIComponent(name),
          name,
          title: `${kind} ${name}`,
          ...(comment !== undefined && { description: comment }),
          mimeType: SQL_TYPE,
        })),
      ],
    })),
  );
  server.setRequestHandler("resources/templates/list", () => ({
    resourceTemplates: [
      {
        uriTemplate: `${PART}{table}`,
        name: "table",
        title: "One table or view",
        mimeType: SQL_TYPE,
      },
    ],
  }));
  server.setRequestHandler("resources/read", ({ params: { uri } }, context) =>
    resource(context, (schema): ReadResourceResult => {
      const name = tableOf(uri);
      const tables = schema.tables.filter(
        (table) => name === undefined || isSame(table.name, name),
      );
      if (tables.length === 0) throw new ResourceNotFoundError(uri);
      return { contents: [{ uri, mimeType: SQL_TYPE, text: renderDdl({ ...schema, tables }) }] };
    }),
  );
  return server;
}

const toolList = Object.entries(tools).map(([name, { title, description, input, output }]) => ({
  name,
  title,
  description,
  inputSchema: jsonSchemaOf(input, "input"),
  outputSchema: jsonSchemaOf(output, "output"),
  annotations: { readOnlyHint: true, destructiveHint: false, openWorldHint: false },
}));

const INSTRUCTIONS =
  "Answers questions about one database, read-only. `ask` writes the SQL and runs it; where it refuses, is unsure or is wrong, look at the schema (list_tables, describe_table, t2s://schema) and write a SELECT for run_sql yourself.";

/** The name in the address of one table; undefined for the whole schema. Raises ResourceNotFoundError. */
function tableOf(uri: string): string | undefined {
  if (uri === WHOLE) return undefined;
  if (!uri.startsWith(PART)) throw new ResourceNotFoundError(uri);
  try {
    return decodeURIComponent(uri.slice(PART.length));
  } catch {
    throw new ResourceNotFoundError(uri);
  }
}

/** Steps of a question: the model writes, the database runs, all is there. */
const STEPS = 3;

function optionsOf(name: string, context: ServerContext): Call["options"] {
  const { _meta, notify } = context.mcpReq;
  const progressToken = _meta?.progressToken;
  const report = (progress: number, message: string) => {
    if (progressToken === undefined) return;
    const params = { progressToken, progress, total: STEPS, message };
    // whoever has gone needs no news
    notify({ method: "notifications/progress", params }).catch(() => {});
  };
  return {
    job: `mcp ${name}`,
    signal: goneSignal(context),
    onStart: () => report(1, "the model writes SQL"),
    onSql: (sql) => report(2, sql),
  };
}

/** Aborts when the call is cancelled, or whoever made it has gone. */
function goneSignal({ mcpReq, http }: ServerContext): AbortSignal {
  const gone = new AbortController();
  const abort = () => gone.abort(new DOMException("the client has gone", "AbortError"));
  for (const signal of [mcpReq.signal, http?.req?.signal]) {
    if (signal?.aborted) abort();
    signal?.addEventListener("abort", abort, { once: true });
  }
  return gone.signal;
}

/** One line, as the command line says it. */
function told(error: unknown, onError?: McpOptions["onError"]) {
  const { body, retryAfter } = errorReply(error);
  const { code, message } = body.error;
  onError?.(code);
  const toDo = Object.hasOwn(errorTable, code) ? errorTable[code as ErrorCode].toDo : "";
  return { text: `error ${code}: ${message}. ${toDo}`.trimEnd(), code, retryAfter };
}
