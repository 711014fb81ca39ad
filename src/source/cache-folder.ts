/** Where downloads and what is computed from them are kept, by the custom of each system. */
import { homedir } from "node:os";
import { join } from "node:path";

const NAME = "text2sql-tuner";

/** T2S_CACHE, else our folder in the user's cache folder. */
export function cacheFolder(
  env: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): string {
  if (env.T2S_CACHE) return env.T2S_CACHE;
  const home = env.HOME || homedir();
  if (platform === "win32")
    return join(env.LOCALAPPDATA || join(home, "AppData", "Local"), NAME, "Cache");
  if (platform === "darwin") return join(home, "Library", "Caches", NAME);
  return join(env.XDG_CACHE_HOME || join(home, ".cache"), NAME);
}
