/**
 * A local GGUF model that answers messages, by this program's own decoder: what is asked while it decodes is decoded
 * together next, one request a core. It decodes greedily, and its form cannot be enforced: the prompt's words ask for it.
 */
import { UserError } from "../base/errors.ts";
import { openGguf } from "../format/gguf.ts";
import type { Message } from "../prompt/prompt.ts";
import { createChatTemplate } from "../tokenizer/chat-template.ts";
import type { ServerAttempt } from "./ai-sdk.ts";
import type { GenerateRequest } from "./generate.ts";
import { createLlamaCppGenerator } from "./llama-cpp.ts";

export type GgufTeacherOptions = {
  readonly file: string;
  /** Tokens of the longest prompt with its answer; the model may read fewer. */
  readonly contextTokens: number;
  readonly maxTokens: number;
  readonly threads: number;
  readonly cacheFolder: string;
};

export type GgufTeacher = {
  ask(request: { readonly messages: readonly Message[] }): Promise<ServerAttempt>;
  close(): Promise<void>;
};

type Waiting = {
  readonly request: GenerateRequest;
  resolve(attempt: ServerAttempt): void;
  reject(error: unknown): void;
};

/** Raises model-unsupported for a model without a chat template; package-missing, model-invalid, memory. */
export async function createGgufTeacher(options: GgufTeacherOptions): Promise<GgufTeacher> {
  const { file, maxTokens } = options;
  const { apply, modelTokens } = readModel(file);
  const contextTokens = Math.min(options.contextTokens, modelTokens);
  const generator = await createLlamaCppGenerator({ ...options, baseFile: file, contextTokens });
  const waiting: Waiting[] = [];
  let isDecoding = false;
  const inputTokensOf = ({ prefix, suffix }: GenerateRequest) =>
    generator.countTokens(prefix) + generator.countTokens(suffix);

  async function decodeWaiting(): Promise<void> {
    if (isDecoding) return;
    isDecoding = true;
    for (let batch = waiting.splice(0); batch.length > 0; batch = waiting.splice(0))
      for (const group of Map.groupBy(batch, ({ request }) => request.prefix).values())
        await decode(group);
    isDecoding = false;
  }

  async function decode(group: readonly Waiting[]): Promise<void> {
    try {
      const requests = group.map(({ request }) => request);
      const completions = await generator.generate(requests, { maxTokens });
      for (const [index, { text, tokens, ms }] of completions.entries()) {
        const counts = { input: inputTokensOf(requests[index]), output: tokens };
        group[index].resolve({ ok: true, text, tokens: counts, ms });
      }
    } catch (error) {
      for (const { reject } of group) reject(error);
    }
  }

  return {
    async ask({ messages }) {
      const request = partsOf(apply, messages.map(asText));
      const wanted = inputTokensOf(request) + maxTokens + 1;
      if (wanted > contextTokens)
        return {
          ok: false,
          reason: "request-refused",
          message: `prompt and answer take ${wanted} tokens; the context has ${contextTokens}`,
          isPassing: false,
        };
      const attempt = new Promise<ServerAttempt>((resolve, reject) =>
        waiting.push({ request, resolve, reject }),
      );
      setImmediate(() => void decodeWaiting());
      return attempt;
    },
    close: generator.close,
  };
}

function readModel(file: string) {
  const gguf = openGguf(file);
  try {
    const { metadata } = gguf;
    const architecture = String(metadata["general.architecture"]);
    const modelTokens = Number(metadata[`${architecture}.context_length`] ?? 2048);
    return { apply: createChatTemplate(metadata), modelTokens };
  } finally {
    gguf.close();
  }
}

/** The text of a special token (`<|im_end|>`), which a reply may hold, must stay text. */
const asText = ({ role, content }: Message): Message => ({
  role,
  content: content.replaceAll("<|", "< |"),
});

/** The system message is the part that requests share. */
function partsOf(
  apply: (messages: readonly Message[]) => string,
  messages: readonly Message[],
): GenerateRequest {
  const text = apply(messages);
  const at = text.indexOf(messages[1].content, text.indexOf(messages[0].content.slice(-40)));
  if (at <= 0)
    throw new UserError(
      "model-unsupported",
      "the model's chat template leaves out the system message",
    );
  return { prefix: text.slice(0, at), suffix: text.slice(at) };
}
