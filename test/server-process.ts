/** A real server for tests: started in a process group of its own, waited for, stopped with all its children. */
import { type ChildProcess, spawn } from "node:child_process";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

const READY_MS = 30_000;

/** Resolves when `readyUrl` answers 200; gives what stops the server. Raises when it does not start. */
export async function startServer(
  executable: string,
  args: readonly string[],
  { env, readyUrl }: { readonly env: NodeJS.ProcessEnv; readonly readyUrl: string },
): Promise<() => Promise<void>> {
  const child = spawn(executable, args, { env, stdio: "ignore", detached: true });
  child.on("error", () => {}); // it has no pid then, and is never ready
  const until = Date.now() + READY_MS;
  while (Date.now() < until && child.pid !== undefined && child.exitCode === null) {
    const answered = await fetch(readyUrl).then(
      ({ ok }) => ok,
      () => false,
    );
    if (answered) return () => stop(child);
    await sleep(100);
  }
  await stop(child);
  throw new Error(`${executable} did not start`);
}

/** The whole group goes, with what the server has started. */
async function stop(child: ChildProcess): Promise<void> {
  if (child.pid === undefined) return;
  if (child.exitCode === null) {
    const gone = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGTERM");
    await Promise.race([gone, sleep(5000)]);
  }
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    // nobody is left of the group
  }
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}
