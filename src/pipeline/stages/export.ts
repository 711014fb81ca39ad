/** Stage `export`: copies the tuned adapter's files to models/, ready for other programs. */
import { copyFileSync, existsSync, mkdirSync, renameSync } from "node:fs";
import { dirname, join } from "node:path";
import { UserError } from "../../base/errors.ts";
import { readJson } from "../../base/files.ts";
import { sha256OfFile } from "../../base/hash.ts";
import { MANIFEST, type Manifest } from "../../export/export.ts";
import { adapterFileOf } from "../predictor.ts";
import type { Stage, StageContext } from "../run.ts";

export const exportStage: Stage = {
  name: "export",
  help: "writes the adapter to models/ for other programs",
  async inputs(context) {
    const file = await manifestFileOf(context);
    return { manifest: file ? await sha256OfFile(file) : null };
  },
  async run(context) {
    const manifestFile = await manifestFileOf(context);
    if (manifestFile === undefined)
      throw new UserError(
        "not-found",
        "there is no tuned adapter to export; run `t2s train` first",
      );
    const { modelsFolder } = context.project;
    mkdirSync(modelsFolder, { recursive: true });
    const names = [...Object.keys(readJson<Manifest>(manifestFile).files), MANIFEST];
    for (const name of names) {
      const target = join(modelsFolder, name);
      copyFileSync(join(dirname(manifestFile), name), `${target}.partial`);
      renameSync(`${target}.partial`, target);
    }
    return {
      outputs: names.map((name) => `models/${name}`),
      summary: `models/: ${names.join(", ")}`,
    };
  },
};

/** Names the files of the tuned adapter; there once all of them are. */
async function manifestFileOf(context: StageContext): Promise<string | undefined> {
  const adapterFile = await adapterFileOf(context);
  const file = adapterFile && join(dirname(adapterFile), MANIFEST);
  return file && existsSync(file) ? file : undefined;
}
