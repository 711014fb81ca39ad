/** Serves a project until it is told to stop: opens all that the service needs, listens, and drains at the end. */
import type { FastifyInstance } from "fastify";
import { messageOf, UserError } from "../base/errors.ts";
import { createExecutor } from "../db/executor.ts";
import { openProjectRecords } from "../pipeline/project-records.ts";
import type { StageContext } from "../pipeline/run.ts";
import { openServedModel } from "../pipeline/served-model.ts";
import { databaseFileOf, loadDatabase } from "../pipeline/stages/schema.ts";
import { createApp } from "../serve/app.ts";
import { createKeyring, readKeys } from "../serve/keys.ts";
import { createMetrics, type Metrics } from "../serve/metrics.ts";
import { viewOf } from "../serve/reader-view.ts";
import { createService, type Service, type ServiceOptions } from "../serve/service.ts";
import { openRequestLog } from "../track/requests.ts";
import { packageVersion } from "./version.ts";
import { builtWebFolder } from "./web-folder.ts";

export type ServeOptions = {
  readonly host: string;
  readonly port: number;
  /** At the head of the page. */
  readonly title: string;
  readonly sampleQuestions: readonly string[];
  /** Called once when the service answers; `model` says which, or why there is none. */
  readonly onReady: (url: string, model: ServiceOptions["model"]) => void;
};

const LOOPBACK: ReadonlySet<string> = new Set(["127.0.0.1", "localhost", "::1"]);
const EXECUTIONS = 2;
const MIB = 2 ** 20;

/**
 * Ends when the context's signal aborts, or at SIGTERM, and then answers what it has begun. Raises port-in-use, forbidden
 * for an address of the network without any key, key-invalid, and what reading the database does.
 */
export async function serveProject(context: StageContext, options: ServeOptions): Promise<void> {
  const { project, config, signal } = context;
  const { title, sampleQuestions } = options;
  const keys = createKeyring(project.keysFile);
  if (keys.isEmpty() && !LOOPBACK.has(options.host))
    throw new UserError(
      "forbidden",
      `${options.host} can be reached from elsewhere, and there is no API key; \`t2s keys add NAME\` makes one`,
    );
  const opened = await openService(context);
  const records = openProjectRecords(context);
  const app = createApp({
    ...opened,
    keys,
    needsKey: !LOOPBACK.has(options.host),
    webFolder: builtWebFolder(),
    notes: { file: project.notesFile, isPartial: config["schema.tables"].length > 0 },
    about: { title, sampleQuestions, version: packageVersion() },
    records,
    requestsPerMinute: config["serve.requestsPerMinute"],
  });
  try {
    options.onReady(await listen(app, options), opened.service.model);
    await stopWanted(signal);
  } finally {
    await app.close();
    await records.close();
    await opened.close();
  }
}

export type OpenedService = {
  readonly service: Service;
  readonly metrics: Metrics;
  close(): Promise<void>;
};

/** All that answers a project's questions. Raises key-invalid, and what reading the database does. */
export async function openService(context: StageContext): Promise<OpenedService> {
  const { project, config } = context;
  const database = await loadDatabase(context);
  for (const key of readKeys(project.keysFile)) viewOf(database, key);
  const model = await openServedModel(context).catch((error: unknown) => ({
    missing: missingModel(error),
  }));
  const metrics = createMetrics();
  const log = openRequestLog(project.requestsFile);
  const executor = createExecutor({ workers: EXECUTIONS });
  const service = createService({
    database,
    databaseFile: databaseFileOf(context),
    executor,
    model,
    log,
    metrics,
    limits: {
      timeoutMs: config["serve.timeoutMs"],
      maxRows: config["serve.maxRows"],
      maxBytes: config["serve.maxMegabytes"] * MIB,
      maxWaiting: config["serve.maxWaiting"],
      executions: EXECUTIONS,
      maxTokens: config["eval.maxTokens"],
      maxCandidates: config["serve.maxCandidates"],
    },
  });
  return {
    service,
    metrics,
    async close() {
      await executor.close();
      if (!("missing" in model)) await model.close();
      log.close();
    },
  };
}

/** Raises the error again unless a service without a model can say it later. */
function missingModel(error: unknown): string {
  if (error instanceof UserError && error.code !== "stopped")
    return `${error.message} (${error.code})`;
  throw error;
}

async function listen(app: FastifyInstance, { host, port }: ServeOptions): Promise<string> {
  try {
    return await app.listen({ host, port });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EADDRINUSE")
      throw new UserError("port-in-use", `port ${port} is taken`, { cause: error });
    if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND" || code === "EACCES")
      throw new UserError("usage", `cannot listen on ${host}:${port}: ${messageOf(error)}`);
    throw error;
  }
}

/** Resolves at SIGTERM, or when the signal aborts. */
export const stopWanted = (signal?: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    process.once("SIGTERM", () => resolve());
    signal?.addEventListener("abort", () => resolve(), { once: true });
  });
