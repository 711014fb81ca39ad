/**
 * What people wrote about the schema, read and changed over HTTP. A change is checked as `t2s schema` checks the file, and
 * written whole. Neither the schema that is served nor the model's prompt changes by it: `t2s run schema` takes it in.
 */
import { existsSync, readFileSync } from "node:fs";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { UserError } from "../base/errors.ts";
import { writeFileAtomic } from "../base/files.ts";
import { sha256 } from "../base/hash.ts";
import { applyNotes, parseNotes } from "../schema/notes.ts";
import { withNote } from "../schema/notes-file.ts";
import { notesRequest, readBody } from "./api.ts";
import type { NotesAnswer } from "./api-types.ts";
import { ensureWhole, LOCAL_READER, type Reader } from "./keys.ts";
import type { Service } from "./service.ts";

export type NotesPlace = {
  readonly file: string;
  /** Whether the schema is of chosen tables by now, and the notes may speak of others. */
  readonly isPartial: () => boolean;
};

/** How errors name the file. */
const NAME = "notes.yaml";

type NotesOptions = {
  readonly notes?: NotesPlace;
  readonly service: Service;
  readonly readerOf: (request: FastifyRequest) => Reader;
};

/** GET and PUT /v1/notes. */
export function serveNotes(app: FastifyInstance, options: NotesOptions): void {
  const { service, readerOf } = options;
  const placeFor = (reader: Reader): NotesPlace => {
    ensureWhole(reader, "the notes speak of all of it");
    if (options.notes === undefined) throw new UserError("not-found", "there are no notes here");
    return options.notes;
  };
  app.get("/v1/notes", (request) => answerOf(textOf(placeFor(readerOf(request)).file)));
  app.put("/v1/notes", (request) => {
    const { file, isPartial } = placeFor(readerOf(request));
    const change = readBody(notesRequest, request.body);
    const before = textOf(file);
    if (change.hash !== sha256(before))
      throw new UserError("notes-changed", `${NAME} has changed since it was read`);
    const text = "text" in change ? change.text : withNote(NAME, before, change.note);
    const notes = parseNotes(text, NAME);
    applyNotes(service.schema(LOCAL_READER), notes, { isPartial: isPartial() });
    writeFileAtomic(file, text);
    return answerOf(text, notes);
  });
}

const textOf = (file: string): string => (existsSync(file) ? readFileSync(file, "utf8") : "");

const answerOf = (text: string, notes = parseNotes(text, NAME)): NotesAnswer => ({
  text,
  hash: sha256(text),
  ...notes,
});
