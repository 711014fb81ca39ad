/** Stage `export`: copies the tuned adapter's files to models/, ready for other programs. */
import { copyFileSync, mkdirSync, readdirSync, renameSync } from "node:fs";
import { dirname, join } from "node:path";
import { UserError } from "../../base/errors.ts";
import { sha256OfFile } from "../../base/hash.ts";
import { adapterFileOf } from "../predictor.ts";
import type { Stage } from "../run.ts";

export const exportStage: Stage = {
  name: "export",
  help: "writes the adapter to models/ for other programs",
  async inputs(context) {
    const adapter = await adapterFileOf(context);
    return { adapter: adapter ? await sha256OfFile(adapter) : null };
  },
  async run(context) {
    const adapterFile = await adapterFileOf(context);
    if (adapterFile === undefined)
      throw new UserError(
        "not-found",
        "there is no tuned adapter to export; run `t2s train` first",
      );
    const { modelsFolder } = context.project;
    mkdirSync(modelsFolder, { recursive: true });
    const names = readdirSync(dirname(adapterFile));
    for (const name of names) {
      const target = join(modelsFolder, name);
      copyFileSync(join(dirname(adapterFile), name), `${target}.partial`);
      renameSync(`${target}.partial`, target);
    }
    return {
      outputs: names.map((name) => `models/${name}`),
      summary: `models/: ${names.join(", ")}`,
    };
  },
};
