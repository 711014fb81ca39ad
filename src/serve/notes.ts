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
import { LOCAL_READER, type Reader } from "./keys.ts";
import type { Service } from "./service.ts";

export type NotesPlace = {
  readonly file: string;
  /** The schema is of chosen tables, and the notes may speak of others. */
  readonly isPartial: boolean;
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
    if (reader.tables !== undefined || reader.rowFilters !== undefined)
      throw new UserError(
        "forbidden",
        `key ${reader.name} sees a part of the database; the notes speak of all of it`,
      );
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
    applyNotes(service.schema(LOCAL_READER), parseNotes(text, NAME), { isPartial });
    writeFileAtomic(file, text);
    return answerOf(text);
  });
}

const textOf = (file: string): string => (existsSync(file) ? readFileSync(file, "utf8") : "");

const answerOf = (text: string): NotesAnswer => ({
  text,
  hash: sha256(text),
  ...parseNotes(text, NAME),
});
