/**
 * A place in a list of tokens. What cannot be read raises Unparsed, which only this folder sees. Knows no grammar.
 */
export type Cursor = {
  readonly tokens: readonly string[];
  at: number;
};

/** The text is outside the grammar. */
export class Unparsed extends Error {}

/** The next token; undefined at the end. */
export const peek = ({ tokens, at }: Cursor): string | undefined => tokens[at];

/** Takes the next token. Raises Unparsed at the end. */
export function take(cursor: Cursor): string {
  const token = peek(cursor);
  if (token === undefined) throw new Unparsed("the text ends too early");
  cursor.at++;
  return token;
}

/** Takes the next token if it is `wanted`; whether it was. */
export function accept(cursor: Cursor, wanted: string): boolean {
  const isNext = peek(cursor) === wanted;
  if (isNext) cursor.at++;
  return isNext;
}

/** Takes the next token if it is one of `wanted`. */
export function acceptOne<Word extends string>(
  cursor: Cursor,
  wanted: readonly Word[],
): Word | undefined {
  const word = wanted.find((candidate) => candidate === peek(cursor));
  if (word !== undefined) cursor.at++;
  return word;
}

/** Takes the next token, which must be `wanted`. */
export function expectToken(cursor: Cursor, wanted: string): void {
  if (!accept(cursor, wanted)) throw new Unparsed(`${wanted} expected, found ${peek(cursor)}`);
}
