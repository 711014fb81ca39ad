import fc from "fast-check";
import { expect, test } from "vitest";
import { readReply } from "./read-reply.ts";
import type { AnswerFields } from "./teacher.ts";

const fields: AnswerFields = { sql: { type: "text", help: "" } };

test.each<[string, string]>([
  ["alone", '{"sql": " SELECT 1 "}'],
  ["in a fence", 'Sure!\n```json\n{"sql": "SELECT 1"}\n```\nDone.'],
  [
    "after prose with braces",
    'A set {a, b} first, then {"sql": "SELECT 1"} and {"sql": "SELECT 2"}',
  ],
  ["inside another object", '{"answer": {"sql": "SELECT 1"}}'],
  ["after thoughts", '<think>maybe {"sql": "SELECT 9"}</think>{"sql": "SELECT 1"}'],
])("the object is found %s", (_where, text) => {
  expect(readReply(text, fields)).toEqual({ ok: true, value: { sql: "SELECT 1" } });
});

test.each<[string, string]>([
  ["SELECT 1", "prose"],
  ["", "prose"],
  ['{"query": "SELECT 1"}', "wrong-json"],
  ['{"sql": 1}', "wrong-json"],
  ['{"sql": ""}', "wrong-json"],
  ['{"sql": "SELECT 1', "wrong-json"],
])("%j is turned down as %s", (text, reason) => {
  expect(readReply(text, fields)).toMatchObject({ ok: false, reason });
});

test("braces and quotes inside texts do not end the object; lists keep their texts alone", () => {
  fc.assert(
    fc.property(fc.string(), fc.array(fc.string()), (noise, texts) => {
      const kept = texts.map((text) => text.trim()).filter(Boolean);
      const json = JSON.stringify({ questions: [...texts, 1, 'last }" {'] });
      const wanted: AnswerFields = { questions: { type: "texts", help: "" } };
      const before = noise.replaceAll(/[{"<]/g, "");
      expect(readReply(`${before}${json} tail }`, wanted)).toEqual({
        ok: true,
        value: { questions: [...kept, 'last }" {'] },
      });
    }),
  );
});
