import { expect, test } from "vitest";
import { add, concat, input, linear, matmul, mul, reshape, rmsNorm, slice } from "./build.ts";
import { type Value, checkGraph, inputsOf, rewrite, valuesOf } from "./graph.ts";
import { opArity, shapeRules } from "./op.ts";

const x = input("x", [4, 6]);

test("shapes follow from inputs, and what does not fit is refused when it is built", () => {
  expect(matmul(x, input("w", [5, 6]), { transB: true }).shape).toEqual([4, 5]);
  expect(add(x, input("b", [6])).shape).toEqual([4, 6]);
  expect(() => matmul(x, input("w", [5, 6]))).toThrow("internal: matmul of [4,6] and [5,6]");
  expect(() => add(x, input("b", [4]))).toThrow("broadcast");
  expect(() => reshape(x, [5, 5])).toThrow("reshape");
  expect(() => slice(x, 0, 3, 5)).toThrow("slice");
  expect(() => concat([x, input("y", [4, 5])], 0)).toThrow("shape");
  expect(() => rmsNorm(x, input("w", [5]), 1e-5)).toThrow("shape");
});

test("every operation has a number of inputs and a shape", () => {
  expect(Object.keys(shapeRules)).toEqual(Object.keys(opArity));
});

test("only what the outputs reach exists", () => {
  const unused = mul(x, x);
  const y = add(x, input("b", [6]));
  expect(valuesOf([y])).not.toContain(unused);
  expect(inputsOf({ outputs: { y } }).map(({ attributes }) => attributes.name)).toEqual(["x", "b"]);
});

test("a rewrite reaches everything above what it replaces and leaves the old values as they were", () => {
  const h = linear(x, input("w", [6, 6]), "first");
  const y = linear(h, input("v", [6, 6]), "second");
  const of = rewrite([y], (value) =>
    value === h || value.op !== "linear" ? undefined : mul(value, value),
  );
  expect(of(y).op).toBe("mul");
  expect(of(h)).toBe(h);
  expect(y.op).toBe("linear");
});

test("a broken graph is refused", () => {
  const broken = (change: Partial<Value>) => () =>
    checkGraph({ outputs: { y: { ...add(x, x), ...change } as Value } });
  expect(broken({})).not.toThrow();
  expect(broken({ shape: [4, 7] })).toThrow("internal: add with shape [4,7]");
  expect(broken({ inputs: [x] })).toThrow("internal: add with 1 inputs");
  expect(broken({ op: "cosh" as "add" })).toThrow("internal: unknown operation cosh");
  expect(broken({ inputs: [x, input("x", [4, 6])] })).toThrow("internal: two inputs named x");
  expect(() => checkGraph({ outputs: {} })).toThrow("internal: a graph without outputs");
  expect(() => checkGraph({ outputs: { x: add(x, x) } })).toThrow("an input and an output named x");
});
