/** Serves a project until it is told to stop: opens all that the service needs, listens, and drains at the end. */
import type { FastifyInstance } from "fastify";
import { messageOf, UserError } from "../base/errors.ts";
import { engineOf } from "../db/drivers.ts";
import { createExecutor, type Executor } from "../db/executor.ts";
import { roleWarningsOn } from "../db/postgres/role.ts";
import { readPostgresUrl } from "../db/postgres/url.ts";
import type { Config } from "../pipeline/options.ts";
import { adapterFileOf } from "../pipeline/predictor.ts";
import { openProjectRecords } from "../pipeline/project-records.ts";
import type { StageContext } from "../pipeline/run.ts";
import { openServedModel } from "../pipeline/served-model.ts";
import { databaseOf, loadDatabase } from "../pipeline/stages/schema.ts";
import type { Database } from "../schema/schema.ts";
import { createApp } from "../serve/app.ts";
import type { Reloaded } from "../serve/holder.ts";
import { createKeyring, isPartial, LOCAL_READER, readKeys } from "../serve/keys.ts";
import { createMetrics, type Metrics } from "../serve/metrics.ts";
import { viewOf } from "../serve/reader-view.ts";
import { createService, type Service } from "../serve/service.ts";
import { quoteName } from "../sql/quote.ts";
import { openRequestLog } from "../track/requests.ts";
import { packageVersion } from "./version.ts";
import { builtWebFolder } from "./web-folder.ts";

export type ServeOptions = {
  readonly host: string;
  readonly port: number;
  /** At the head of the page; left out, the database's name. */
  readonly title?: string;
  readonly sampleQuestions: readonly string[];
  /** The project's options as they are now; left out, they stay what they were. */
  readonly reread?: () => StageContext;
  /** Called once when the service answers; `model` says which, or why there is none. */
  readonly onReady: (url: string, model: Service["model"]) => void;
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
  const keys = createKeyring(project.keysFile);
  if (keys.isEmpty() && !LOOPBACK.has(options.host))
    throw new UserError(
      "forbidden",
      `${options.host} can be reached from elsewhere, and there is no API key; \`t2s keys add NAME\` makes one`,
    );
  const opened = await openService(context);
  const { service } = opened;
  const { title = service.schema(LOCAL_READER).dbId, sampleQuestions } = options;
  let configInUse = config;
  const records = openProjectRecords(context, () => configInUse);
  const onLoaded = (loaded: Config) => {
    configInUse = { ...loaded, ...limitsIn(config) };
  };
  const reload = createReload({
    service,
    source: databaseOf(context),
    reread: options.reread ?? (() => context),
    onLoaded,
  });
  const reloadNow = () =>
    void reload().then(
      ({ model: name, run }) => context.progress.note(`now served: ${[name, run].join(" ")}`),
      (error: unknown) => context.progress.note(`still served as before: ${messageOf(error)}`),
    );
  const app = createApp({
    ...opened,
    keys,
    needsKey: !LOOPBACK.has(options.host),
    webFolder: builtWebFolder(),
    notes: {
      file: project.notesFile,
      isPartial: () => configInUse["schema.tables"].length > 0,
    },
    about: { title, sampleQuestions, version: packageVersion() },
    records,
    reload,
    requestsPerMinute: config["serve.requestsPerMinute"],
  });
  process.on("SIGHUP", reloadNow);
  try {
    options.onReady(await listen(app, options), service.model);
    await stopWanted(signal);
  } finally {
    process.off("SIGHUP", reloadNow);
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
  const source = databaseOf(context);
  const server = engineOf(source) === "postgres" ? readPostgresUrl(source) : undefined;
  if (server) for (const warning of await roleWarningsOn(source)) context.progress.note(warning);
  const database = await readDatabase(context);
  const model = await openServedModel(context).catch((error: unknown) => ({
    missing: missingModel(error),
  }));
  const metrics = createMetrics();
  const log = openRequestLog(project.requestsFile);
  const executor = createExecutor({ workers: EXECUTIONS });
  if (server) await tellUnreadable(context, database, executor);
  const service = createService({
    database,
    databaseFile: source,
    ...(server?.schemas.length === 1 && { schema: server.schemas[0] }),
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
      maxCandidates: config["serve.maxCandidates"],
    },
  });
  return {
    service,
    metrics,
    async close() {
      await executor.close();
      await service.close();
      log.close();
    },
  };
}

/** Notes what keys see by their rights and cannot read: a condition that the server refuses, a view that cannot be kept apart. */
async function tellUnreadable(
  context: StageContext,
  database: Database,
  executor: Executor,
): Promise<void> {
  for (const key of readKeys(context.project.keysFile)) {
    if (!isPartial(key)) continue;
    const { permissions, database: shown } = viewOf(database, key);
    for (const { name } of shown.tables) {
      const sql = `SELECT * FROM ${quoteName(name, database.dialect)} LIMIT 0`;
      const result = await executor.run(databaseOf(context), sql, { permissions });
      if (!result.ok)
        context.progress.note(`key ${key.name} cannot read ${name}: ${result.message}`);
    }
  }
}

/** The schema as the snapshot has it. Raises key-invalid for a key that does not fit it. */
async function readDatabase(context: StageContext): Promise<Database> {
  const database = await loadDatabase(context);
  for (const key of readKeys(context.project.keysFile)) viewOf(database, key);
  return database;
}

type ReloadOptions = {
  readonly service: Service;
  /** The database that statements run on, from the start to the end. */
  readonly source: string;
  readonly reread: () => StageContext;
  readonly onLoaded: (config: Config) => void;
};

/**
 * Takes over what the project holds now: one load after the other, beside what is served meanwhile. Raises reload-failed,
 * also for another database, and where a base model would take a tuned one's place.
 */
function createReload({
  service,
  source,
  reread,
  onLoaded,
}: ReloadOptions): () => Promise<Reloaded> {
  let last: Promise<unknown> = Promise.resolve();
  const load = async (): Promise<Reloaded> => {
    const context = reread();
    if (databaseOf(context) !== source)
      throw new UserError(
        "reload-failed",
        "t2s.yaml names another database; a restart takes it over",
      );
    const database = await readDatabase(context);
    const { model: before } = service;
    const isTuned = "run" in before && before.run !== undefined;
    if (isTuned && (await adapterFileOf(context)) === undefined)
      throw new UserError(
        "reload-failed",
        `no model is tuned on what the project holds now; that of run ${before.run} is served on`,
      );
    const model = await openServedModel(context);
    service.replace({ database, model });
    onLoaded(context.config);
    return { model: model.name, run: model.run ?? null };
  };
  return () => {
    const reloaded = last.then(load).catch((error: unknown) => {
      if (!(error instanceof UserError) || error.code === "reload-failed") throw error;
      throw new UserError("reload-failed", `${error.message} (${error.code})`, { cause: error });
    });
    last = reloaded.catch(() => undefined);
    return reloaded;
  };
}

/** What stays as it was at the start, whatever is loaded. */
const limitsIn = (config: Config): Partial<Config> =>
  Object.fromEntries(Object.entries(config).filter(([name]) => name.startsWith("serve.")));

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
