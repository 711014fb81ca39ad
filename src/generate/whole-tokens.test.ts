import { getLlama, type LlamaModel, LlamaLogLevel, type Token } from "node-llama-cpp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type AnswerState, createConstraint } from "../constrain/constraint.ts";
import { openGguf } from "../format/gguf.ts";
import { tokenBytes } from "../tokenizer/token-bytes.ts";
import { createWholeTokens } from "./whole-tokens.ts";

const modelFile = process.env.T2S_MODEL_FILE;

describe.skipIf(!modelFile)("tokens of the default model (needs T2S_MODEL_FILE)", () => {
  const table = (name: string, ...columns: string[]) => ({
    name,
    columns: columns.map((column) => ({ name: column })),
    foreignKeys: [],
  });
  const constraint = createConstraint(
    [table("races", "state", "driver", "size of field"), table("AssignedTo", "HS")],
    "sqlite",
  );
  let model: LlamaModel;
  let close: () => Promise<void>;
  let pieces: readonly string[];

  beforeAll(async () => {
    const llama = await getLlama({ gpu: false, build: "never", logLevel: LlamaLogLevel.disabled });
    model = await llama.loadModel({ modelPath: modelFile!, vocabOnly: true });
    close = () => llama.dispose();
    const gguf = openGguf(modelFile!);
    pieces = tokenBytes(gguf.metadata);
    gguf.close();
  });
  afterAll(() => close());

  test.each([
    [["SELECT", " state"], true],
    [["SELECT", " s"], false],
    [["SELECT", " s", "t"], false],
    [["SELECT", " state", " FROM", " races"], true],
    [["SELECT", " state", " FROM", " race"], false],
    [["SELECT", " state", " FROM", " race", "s"], false],
    [["SELECT", " HS", " FROM", " Ass"], true],
    [["SELECT", " HS", " FROM", " Ass", "igned"], true],
    [["SELECT", " HS", " FROM", " Assign"], false],
    [["SELECT", ' "', "size"], true],
    [["SELECT", ' "', "s"], false],
    [["SELECT", " MAX", "(", "HS"], true],
    [["SELECT", " MAX", "(", "H"], false],
    [["SELECT", " state", " FROM", " races", " WHERE", " driver", " =", " '", "x"], true],
    [["--"], true],
    [["-"], false],
  ])("%j: %s", (written, whole) => {
    const isWhole = createWholeTokens({
      constraint,
      pieces,
      tokenize: (text) => model.tokenize(text),
    });
    const ids = written.map((piece) => pieces.indexOf(piece) as Token);
    expect(ids).not.toContain(-1);
    const state = written.reduce<AnswerState | undefined>(
      (before, piece) => before && constraint.advance(before, piece),
      constraint.start,
    );
    expect(isWhole(ids, state!)).toBe(whole);
  });
});
