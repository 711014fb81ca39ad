/**
 * Opens the larger model that t2s.yaml names, a server, Ollama, or a local GGUF, with the journal of what it was asked.
 * The API key comes from the environment alone.
 */
import { join } from "node:path";
import { UserError } from "../base/errors.ts";
import { hashOfJson } from "../base/hash.ts";
import { type CallOptions, type Calls, createCalls } from "../data/teach/calls.ts";
import type { Teacher } from "../data/teach/teacher.ts";
import { createServerAsk } from "../generate/ai-sdk.ts";
import { createGgufTeacher } from "../generate/gguf-teacher.ts";
import { cacheFolder, resolveModel } from "../source/source.ts";
import type { Config } from "./options.ts";
import type { StageContext } from "./run.ts";

export type OpenTeacher = Teacher & { close(): Promise<void> };

/** Of a local model: schema, examples and earlier replies must fit; more costs memory. */
const CONTEXT_TOKENS = 8192;

type Source =
  | { readonly kind: "server"; readonly baseUrl: string; readonly model: string }
  | { readonly kind: "file"; readonly source: string };

/** Raises config-invalid for a source or key that cannot be used, and what opening a local model raises. */
export async function openTeacher(
  { config, progress, signal }: Pick<StageContext, "config" | "progress" | "signal">,
  env: NodeJS.ProcessEnv = process.env,
): Promise<OpenTeacher> {
  const source = sourceOf(config["teacher.source"]);
  const maxTokens = config["teacher.maxTokens"];
  const temperature = config["teacher.temperature"];
  if (source.kind === "server") {
    const { baseUrl, model } = source;
    return {
      model,
      identity: { baseUrl, model, temperature, maxTokens },
      maxTokens,
      ask: createServerAsk({
        baseUrl,
        model,
        apiKey: apiKeyOf(config, env),
        temperature,
        maxTokens,
        timeoutMs: config["teacher.timeoutMs"],
      }),
      close: async () => {},
    };
  }
  const { name, path, sha256 } = await resolveModel(source.source, { progress, signal });
  const teacher = await createGgufTeacher({
    file: path,
    contextTokens: CONTEXT_TOKENS,
    maxTokens,
    threads: config["eval.threads"],
    cacheFolder: cacheFolder(),
  });
  return { model: name, identity: { sha256, maxTokens }, maxTokens, ...teacher };
}

/** What a job is known by, without opening the teacher: source and settings that change its answers. */
export const teacherIdentity = (config: Config): unknown => [
  config["teacher.source"],
  config["teacher.temperature"],
  config["teacher.maxTokens"],
];

/** Prices and limits of a job. Raises config-invalid for a bound on costs without a price. */
export function limitsOf(config: Config): Pick<CallOptions, "prices" | "maxRequests" | "maxCost"> {
  const prices = { input: config["teacher.inputPrice"], output: config["teacher.outputPrice"] };
  const maxCost = config["teacher.maxCost"];
  if (maxCost > 0 && prices.input === 0 && prices.output === 0)
    throw new UserError(
      "config-invalid",
      "teacher.maxCost needs prices: teacher.inputPrice and teacher.outputPrice, for a million tokens",
    );
  return { prices, maxRequests: config["teacher.maxRequests"], maxCost };
}

/**
 * Runs `work` with the teacher and the calls of a job, which a file of data/cache/teacher keeps: one for each name, teacher,
 * seed and schema.
 */
export async function withCalls<T>(
  context: StageContext,
  { name, fingerprint }: { readonly name: string; readonly fingerprint: string },
  work: (calls: Calls, teacher: Teacher) => Promise<T>,
): Promise<T> {
  const { config, project, signal } = context;
  const limits = limitsOf(config);
  const identity = [teacherIdentity(config), config["teacher.seed"], fingerprint];
  const file = `${name}-${hashOfJson(identity).slice(0, 12)}.jsonl`;
  const teacher = await openTeacher(context);
  try {
    const calls = createCalls(teacher, {
      ...limits,
      file: join(project.folder, "data", "cache", "teacher", file),
      concurrency: config["teacher.concurrency"],
      signal,
    });
    return await work(calls, teacher);
  } finally {
    await teacher.close();
  }
}

/** The teacher's name as the configuration has it. */
export function teacherName(config: Config): string {
  const source = sourceOf(config["teacher.source"]);
  return source.kind === "server" ? source.model : source.source;
}

const WANTED = "ollama:NAME[@URL], http://HOST/v1#NAME or gguf:PATH is wanted";

function sourceOf(source: string): Source {
  const ollama = /^ollama:([^@]+)(?:@(https?:.+))?$/.exec(source);
  if (ollama)
    return {
      kind: "server",
      baseUrl: `${addressOf(ollama[2] ?? "http://127.0.0.1:11434")}/v1`,
      model: ollama[1],
    };
  const address = /^(https?:[^#]+)#(.+)$/.exec(source);
  if (address) return { kind: "server", baseUrl: addressOf(address[1]), model: address[2] };
  if (source.startsWith("gguf:")) return { kind: "file", source };
  throw new UserError(
    "config-invalid",
    source === ""
      ? `teacher.source is not set; ${WANTED}`
      : `teacher.source is of no known form; ${WANTED}`,
  );
}

/** Without a slash at its end. An address with a password in it would be written into files. */
function addressOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || url.username !== "" || url.password !== "" || url.search !== "")
    throw new UserError(
      "config-invalid",
      "the address in teacher.source must be of the form http://HOST:PORT/v1, without user name, password and parameters; a key belongs into the variable that teacher.apiKeyVariable names",
    );
  return `${url.origin}${url.pathname.replace(/\/+$/, "")}`;
}

function apiKeyOf(config: Config, env: NodeJS.ProcessEnv): string | undefined {
  const name = config["teacher.apiKeyVariable"];
  if (name === "") return undefined;
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
    throw new UserError(
      "config-invalid",
      "teacher.apiKeyVariable is no name of an environment variable; the key itself does not belong there",
    );
  if (env[name]) return env[name];
  throw new UserError(
    "config-invalid",
    `the environment variable ${name}, which teacher.apiKeyVariable names, is not set`,
  );
}
