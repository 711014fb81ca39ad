/** The forms in which a tuned model is given to other programs: the adapter beside the base, or both in one file. */
import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { writeMergedGguf } from "../export/merged.ts";
import { readPeftAdapter } from "../export/peft.ts";
import { openGguf } from "../format/gguf.ts";
import type { WritableType } from "../format/quantize.ts";
import type { BaseModel } from "./model.ts";
import type { Project } from "./project.ts";

export const FORMS = ["base", "adapter", "merged-f16", "merged-q8_0"] as const;
export type Form = (typeof FORMS)[number];

const MERGED: Readonly<Partial<Record<Form, WritableType>>> = {
  "merged-f16": "F16",
  "merged-q8_0": "Q8_0",
};

/** What a form consists of. */
export type Files = { readonly modelFile: string; readonly adapterFile?: string };

/** The files of a form; a merged one is written to models/. */
export function filesOf(form: Form, base: BaseModel, adapterFile: string, project: Project): Files {
  const type = MERGED[form];
  if (type === undefined)
    return { modelFile: base.path, ...(form === "adapter" && { adapterFile }) };
  mkdirSync(project.modelsFolder, { recursive: true });
  const modelFile = join(project.modelsFolder, `${form}.gguf`);
  const gguf = openGguf(base.path);
  try {
    writeMergedGguf(modelFile, readPeftAdapter(dirname(adapterFile)), gguf, type);
  } finally {
    gguf.close();
  }
  return { modelFile };
}
