import fc from "fast-check";
import { expect, test } from "vitest";
import { lexSql, nameOfToken } from "./lexer.ts";

test("every kind of token is told apart", () => {
  const sql = `SELECT "a ""b""", [c d], \`e\`, 'it''s', x'0F', 1.5e-3, .5, 0x1F, ?1, :p, @q <> || ->> -- end`;
  expect(lexSql(sql).map(({ kind, text }) => `${kind} ${text}`)).toEqual([
    "word SELECT",
    'name "a ""b"""',
    "sign ,",
    "name [c d]",
    "sign ,",
    "name `e`",
    "sign ,",
    "string 'it''s'",
    "sign ,",
    "string x'0F'",
    "sign ,",
    "number 1.5e-3",
    "sign ,",
    "number .5",
    "sign ,",
    "number 0x1F",
    "sign ,",
    "parameter ?1",
    "sign ,",
    "parameter :p",
    "sign ,",
    "parameter @q",
    "sign <>",
    "sign ||",
    "sign ->>",
    "comment -- end",
  ]);
});

test("quoted names mean what is inside", () => {
  expect(lexSql('"a ""b""" [c d] `e``f` plain').map(nameOfToken)).toEqual([
    'a "b"',
    "c d",
    "e`f",
    "plain",
  ]);
});

test("any text at all is cut into tokens that cover all but blanks", () => {
  const fragment = fc.constantFrom("'", '"', "--", "/*", "*/", "\n", "a", "1", ";", "[", "é", "\0");
  fc.assert(
    fc.property(fc.array(fc.oneof(fragment, fc.string())), (parts) => {
      const sql = parts.join("");
      let at = 0;
      for (const { start, end, text } of lexSql(sql)) {
        expect(sql.slice(at, start).trim()).toBe("");
        expect(text).toBe(sql.slice(start, end));
        at = end;
      }
      expect(sql.slice(at).trim()).toBe("");
    }),
  );
});
