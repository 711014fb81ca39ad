/**
 * The HTTP form of the service: routes, keys, rates, streams, errors in OpenAI's form with a code of the one table. What
 * is done for a request stands in service.ts; listening is the caller's business, and tests inject requests.
 */
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import { UserError } from "../base/errors.ts";
import { chatAnswer, generateAnswer, schemaAnswer } from "./answers.ts";
import * as api from "./api.ts";
import type { Reloaded } from "./holder.ts";
import { ensureScope, type Keyring, LOCAL_READER, type Reader } from "./keys.ts";
import { createMcpHttp } from "./mcp-http.ts";
import type { Metrics } from "./metrics.ts";
import { type NotesPlace, serveNotes } from "./notes.ts";
import { openApiDocument } from "./openapi.ts";
import { type About, servePage } from "./page.ts";
import { addProjectRoutes, type ProjectRecords } from "./project-routes.ts";
import { createRateLimit } from "./queue.ts";
import { errorReply, goneSignal, stream } from "./reply.ts";
import { allowedMethods, routes } from "./routes.ts";
import type { Service } from "./service.ts";

export type AppOptions = {
  readonly service: Service;
  readonly metrics: Metrics;
  readonly keys: Keyring;
  /** A request needs a key even while there is none: who takes the last one back does not open the service. */
  readonly needsKey?: boolean;
  /** The built page's folder; left out: there is no page. */
  readonly webFolder?: string;
  readonly about: About;
  /** Left out: there are no notes to read or write. */
  readonly notes?: NotesPlace;
  readonly records: ProjectRecords;
  /** Loads the model and the schema again. Raises reload-failed, and then what was served is served on. */
  readonly reload: () => Promise<Reloaded>;
  /** Of a reader who has no number of its own; 0 means no limit. */
  readonly requestsPerMinute?: number;
};

const MAX_BODY_BYTES = 2 * 2 ** 20;

/** Builds the app; what it is given is closed by who made it. */
export function createApp(options: AppOptions): FastifyInstance {
  const { service, metrics, keys, webFolder, about, records, requestsPerMinute = 0 } = options;
  let needsKey = options.needsKey ?? false;
  const app = Fastify({
    bodyLimit: MAX_BODY_BYTES,
    forceCloseConnections: "idle",
    // a path that cannot be decoded reaches no error handler
    frameworkErrors: (error, _request, reply: FastifyReply) => {
      const { status, body } = errorReply(error);
      void reply.status(status).send(body);
    },
  });
  const limitRate = createRateLimit();
  const readers = new WeakMap<FastifyRequest, Reader>();
  const readerOf = (request: FastifyRequest): Reader => readers.get(request) ?? LOCAL_READER;
  /** Raises rate-limited. */
  const countRequest = (request: FastifyRequest, count = 1): void => {
    const reader = readerOf(request);
    const who = needsKey ? `key ${reader.name}` : `address ${request.ip}`;
    limitRate(who, reader.requestsPerMinute ?? requestsPerMinute, count);
  };
  const guarded = new Map(routes.map(({ path, scope }) => [path, scope]));
  guarded.set("/mcp", "any"); // its tools ask for scopes of their own

  app.addHook("onRequest", async (request, reply) => {
    const allowed = request.is404 ? allowedMethods(request.url) : undefined;
    if (allowed !== undefined) {
      reply.header("allow", allowed);
      throw new UserError("method-not-allowed", `${request.method} ${request.url}: ${allowed}`);
    }
    needsKey ||= !keys.isEmpty();
    // a page of another site may resolve its own name to this machine, or ask it from a browser on it
    const stranger = [request.host, ...originOf(request)].find((host) => !LOCAL_HOST.test(host));
    if (!needsKey && stranger !== undefined)
      throw new UserError("forbidden", `the service does not answer to the name ${stranger}`);
    const scope = guarded.get(request.routeOptions.url ?? "");
    if (scope === undefined) return;
    const reader = needsKey ? keys.find(secretOf(request)) : LOCAL_READER;
    if (reader === undefined) {
      limitRate(`unknown ${request.ip}`, UNKNOWN_PER_MINUTE);
      throw new UserError("unauthorized", "the request has no key that is known here");
    }
    readers.set(request, reader);
    if (scope !== "any") ensureScope(reader, scope);
    countRequest(request);
  });
  const { version } = about;
  const mcp = createMcpHttp({ service: async () => service, onError: metrics.error, version });
  let isClosing = false;
  app.addHook("preClose", async () => {
    isClosing = true;
    await mcp.close();
  });
  app.addHook("onSend", async (_request, reply) => {
    // a connection that is kept open would hold up the end of the service
    if (isClosing) reply.header("connection", "close");
  });
  app.addHook("onResponse", async (request, reply) => {
    const route = request.routeOptions.url ?? "none";
    metrics.request(route, reply.statusCode, reply.elapsedTime / 1000);
  });
  app.setErrorHandler((error: unknown, _request, reply) => {
    const { status, body, retryAfter } = errorReply(error);
    metrics.error(body.error.code);
    if (retryAfter !== undefined) reply.header("retry-after", retryAfter);
    return reply.status(status).send(body);
  });
  app.setNotFoundHandler((request) => {
    throw new UserError("not-found", `there is no ${request.method} ${request.url}`);
  });

  servePage(app, webFolder);
  serveNotes(app, { ...options, readerOf });
  app.get("/healthz", () => ({ status: "ok" }));
  app.get("/readyz", (_request, reply) => {
    const { model } = service;
    if ("missing" in model) throw new UserError("model-missing", model.missing);
    return reply.send({ status: "ready", model: model.name, run: model.run ?? null });
  });
  const document = openApiDocument(version);
  app.get("/openapi.json", () => document);
  app.get("/metrics", (_request, reply) => {
    const { model, sql } = service.queues();
    return reply.type("text/plain; version=0.0.4; charset=utf-8").send(
      metrics.text({
        't2s_running{queue="model"}': model.running,
        't2s_waiting{queue="model"}': model.waiting,
        't2s_running{queue="sql"}': sql.running,
        't2s_waiting{queue="sql"}': sql.waiting,
        process_resident_memory_bytes: process.memoryUsage.rss(),
      }),
    );
  });
  app.get("/v1/project", (request) => {
    const { name, scopes } = readerOf(request);
    const { model, limits, dialect } = service;
    const { maxRows, timeoutMs } = limits;
    return {
      ...about,
      dialect,
      model: "missing" in model ? { missing: model.missing } : { name: model.name },
      reader: { name, scopes },
      limits: { maxRows, timeoutMs },
    };
  });
  app.post("/v1/reload", () => options.reload());
  addProjectRoutes(app, { records, service, keys, metrics, readerOf });
  app.get("/v1/schema", (request) => schemaAnswer(service.schema(readerOf(request))));
  app.post("/v1/feedback", (request) => {
    const { request_id: requestId, ...said } = api.readBody(api.feedbackRequest, request.body);
    service.feedback(readerOf(request), { requestId, ...said });
    return { status: "kept" };
  });
  app.post("/v1/execute", (request, reply) => {
    const { sql } = api.readBody(api.executeRequest, request.body);
    return service.execute(readerOf(request), sql, { job: "execute", signal: goneSignal(reply) });
  });
  app.post("/generate_sql", async (request, reply) => {
    const question = api.readBody(api.generateRequest, request.body);
    const options = { job: "generate_sql", signal: goneSignal(reply) };
    const answered = await service.ask(readerOf(request), question, options);
    return generateAnswer(answered, question.execute === true);
  });
  app.post("/v1/ask", async (request, reply) => {
    const question = api.readBody(api.askRequest, request.body);
    const reader = readerOf(request);
    await stream(reply, metrics, async (send, signal) => {
      const onStart = () => send("sql-start", {});
      let isTold = false;
      const onText = (text: string) => {
        isTold = true;
        send("sql-delta", { text });
      };
      const onSql = (sql: string) => {
        if (!isTold) send("sql-delta", { text: sql });
        send("sql-end", { sql });
      };
      const answered = await service.ask(reader, question, {
        job: "ask",
        signal,
        onStart,
        onText,
        onSql,
      });
      const { sql, refusal, suggestions } = answered;
      if (sql === null) send("sql-end", { sql, refusal, suggestions });
      if (answered.result) send("rows", answered.result);
      send("done", generateAnswer(answered, false));
    });
  });
  app.post("/v1/chat/completions", async (request, reply) => {
    const { messages, stream: isStream = false } = api.readBody(api.chatRequest, request.body);
    const asked = messages.findLast(({ role }) => role === "user")?.content.trim() ?? "";
    if (asked === "")
      throw new api.FieldError("messages", `"messages" has no text of the user to answer`);
    const reader = readerOf(request);
    const ask = async (signal: AbortSignal) =>
      chatAnswer(
        await service.ask(reader, { question: asked, execute: false }, { job: "chat", signal }),
      );
    if (!isStream) return ask(goneSignal(reply));
    await stream(reply, metrics, async (send, signal) => {
      const { choices, usage: _, ...answer } = await ask(signal);
      const chunk = { ...answer, object: "chat.completion.chunk" };
      const { message, finish_reason } = choices[0];
      send(undefined, { ...chunk, choices: [{ index: 0, delta: message, finish_reason: null }] });
      send(undefined, { ...chunk, choices: [{ index: 0, delta: {}, finish_reason }] });
      send(undefined, "[DONE]");
    });
    return reply;
  });
  app.route({
    method: ["GET", "POST", "DELETE"],
    url: "/mcp",
    handler: async (request, reply) => {
      const { method, headers, body } = request;
      // of a batch each call counts, and the first did as it came
      if (Array.isArray(body) && body.length > 1) countRequest(request, body.length - 1);
      const asked = new Request(MCP_ADDRESS, {
        method,
        headers: headers as Record<string, string>,
        signal: goneSignal(reply),
      });
      return reply.send(await mcp.answer(asked, body, readerOf(request)));
    },
  });
  return app;
}

const LOCAL_HOST = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/i;
/** What a browser says of the page that asks; "null" of a file. */
const originOf = ({ headers: { origin } }: FastifyRequest): readonly string[] =>
  origin === undefined ? [] : [origin.replace(/^https?:\/\//, "")];
/** Of which nothing is read: whose name it is said to, a client may make up. */
const MCP_ADDRESS = "http://localhost/mcp";
/** Of one address, with keys that nobody knows. */
const UNKNOWN_PER_MINUTE = 60;

const secretOf = ({ headers }: FastifyRequest): string =>
  /^Bearer\s+(\S+)$/i.exec(headers.authorization ?? "")?.[1] ?? "";
