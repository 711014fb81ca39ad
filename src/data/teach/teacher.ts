/**
 * What teaching needs of a larger model: one attempt to get one answer. Whoever has a model implements `Teacher`
 * (generate/); calls.ts adds the cache, repetitions and limits. Knows no server and no protocol.
 */
import type { Message } from "../../prompt/prompt.ts";

/** Fields of the JSON object that is wanted: one text, or a list of texts. */
export type AnswerFields = Readonly<
  Record<string, { readonly type: "text" | "texts"; readonly help: string }>
>;

/** One question to a teacher. */
export type TeacherRequest = {
  readonly messages: readonly Message[];
  readonly fields: AnswerFields;
  readonly seed: number;
};

/** As a server counts them. */
export type Tokens = { readonly input: number; readonly output: number };

/** Why an attempt brought no answer. */
export type CallFailure =
  | "rate-limited"
  | "server-error"
  | "timed-out"
  | "connection-cut"
  /** The server sent something that is no answer of its protocol. */
  | "no-answer"
  /** The server finds fault with the request itself: too long, or against its rules. */
  | "request-refused";

/** An answer, or why there is none. */
export type Attempt =
  | {
      readonly ok: true;
      readonly text: string;
      /** As the server counts them; absent when it does not say. */
      readonly tokens?: Tokens;
      readonly ms: number;
    }
  | {
      readonly ok: false;
      readonly reason: CallFailure;
      readonly message: string;
      /** Another attempt may overcome it. */
      readonly isPassing: boolean;
      /** The server's own wish. */
      readonly retryAfterMs?: number;
    };

/** Raises UserError for what no other request will change: a wrong key, an unknown model. */
export type AskTeacher = (request: TeacherRequest) => Promise<Attempt>;

/** A larger model, wherever it runs. */
export type Teacher = {
  /** For the pairs' `source.model`. */
  readonly model: string;
  /** All that an answer depends on besides the request, as JSON. */
  readonly identity: Readonly<Record<string, unknown>>;
  /** Longest answer in tokens. */
  readonly maxTokens: number;
  readonly ask: AskTeacher;
};
