/**
 * The page at "/": files that `npm run build` made of web/, which hold nothing of the project and need no key; what they
 * show comes from the routes. Each load gets a policy that permits scripts, styles and requests of this service alone.
 */
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fastifyStatic from "@fastify/static";
import type { FastifyInstance } from "fastify";
import { UserError } from "../base/errors.ts";
import type { ProjectAnswer } from "./api-types.ts";

/** What the page says of the project. */
export type About = Pick<ProjectAnswer, "title" | "sampleQuestions" | "version">;

/** Stands in index.html where the nonce of a load goes: style elements that the page's libraries make carry it. */
const NONCE = "__NONCE__";

/** Without a built page, "/" is not found. */
export function servePage(app: FastifyInstance, folder: string | undefined): void {
  const index = join(folder ?? "", "index.html");
  if (folder === undefined || !existsSync(index)) {
    app.get("/", () => {
      throw new UserError("not-found", "the page is not built; `npm run build` makes it");
    });
    return;
  }
  // names of assets carry their content's hash
  void app.register(fastifyStatic, {
    root: join(folder, "assets"),
    prefix: "/assets/",
    decorateReply: false,
    immutable: true,
    maxAge: "365d",
    index: false,
  });
  const page = readFileSync(index, "utf8");
  app.get("/", (_request, reply) => {
    const nonce = randomBytes(16).toString("base64");
    return reply
      .headers({
        "content-security-policy": policyWith(nonce),
        "cache-control": "no-store",
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
      })
      .type("text/html; charset=utf-8")
      .send(page.replaceAll(NONCE, nonce));
  });
}

const policyWith = (nonce: string): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
