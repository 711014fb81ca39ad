import { afterEach, expect, test, vi } from "vitest";
import { add, input, scalar } from "../graph/build.ts";
import { Session } from "./session.ts";

const x = input("x", [3]);
const open = (outputs = { y: add(x, scalar(1)) }) => Session.create({ outputs }, { threads: 1 });

afterEach(() => {
  vi.doUnmock("onnxruntime-node");
  vi.resetModules();
});

test("results are written into the caller's arrays, part of a larger one too", async () => {
  const session = await open();
  const large = new Float32Array(5);
  await session.run(
    { x: Float32Array.of(1, 2, 3), unused: new Float32Array(9) },
    { y: large.subarray(1, 4) },
  );
  await session.close();
  expect([...large]).toEqual([0, 2, 3, 4, 0]);
});

test("an input and a value that are outputs, once or twice, are handed out", async () => {
  const y = add(x, scalar(1));
  const session = await Session.create({ outputs: { same: x, once: y, twice: y } }, { threads: 1 });
  const results = {
    same: new Float32Array(3),
    once: new Float32Array(3),
    twice: new Float32Array(3),
  };
  await session.run({ x: Float32Array.of(1, 2, 3) }, results);
  await session.close();
  expect(Object.values(results).map((values) => [...values])).toEqual([
    [1, 2, 3],
    [2, 3, 4],
    [2, 3, 4],
  ]);
});

test("a feed that is missing or of another size is an error of ours", async () => {
  const session = await open();
  const y = new Float32Array(3);
  await expect(session.run({}, { y })).rejects.toThrow("internal: input x is not fed");
  await expect(session.run({ x: new Float32Array(2) }, { y })).rejects.toThrow(
    "internal: x has 2 values for [3]",
  );
  await expect(session.run({ x: y }, { z: y })).rejects.toThrow("internal: no output z");
  await session.close();
});

test("says which package is missing", async () => {
  vi.doMock("onnxruntime-node", () => {
    throw new Error("Cannot find package");
  });
  await expect(open()).rejects.toMatchObject({
    code: "package-missing",
    message: expect.stringContaining("onnxruntime-node"),
  });
});
