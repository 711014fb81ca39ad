/**
 * Reverse-mode differentiation: one walk from the outputs back, collecting cotangents (Griewank & Walther, Evaluating
 * Derivatives, ch. 3). What it returns are values of a graph, not numbers.
 */
import { assert } from "../../base/errors.ts";
import { type Value, valuesOf } from "../graph/graph.ts";
import { add, concat, pad } from "../graph/build.ts";
import type { Op } from "../graph/op.ts";
import { type VjpRules, vjpRules } from "./vjp.ts";

type Pad = Extract<Value, { op: "pad" }>;

/**
 * The gradient of Σ output·cotangent with respect to each value of `wrt`, in their order. Throws an internal error if
 * an output does not depend on one of them.
 */
export function backward(
  outputs: readonly { readonly value: Value; readonly cotangent: Value }[],
  wrt: readonly Value[],
): Value[] {
  const order = valuesOf(outputs.map(({ value }) => value));
  const active = new Set(wrt);
  for (const value of order) if (value.inputs.some((input) => active.has(input))) active.add(value);

  const parts = new Map<Value, Value[]>();
  const collect = (value: Value, cotangent: Value) =>
    parts.set(value, [...(parts.get(value) ?? []), cotangent]);
  for (const { value, cotangent } of outputs) collect(value, cotangent);

  const gradients = new Map<Value, Value>();
  for (const value of order.toReversed()) {
    const cotangents = parts.get(value);
    if (cotangents === undefined || !active.has(value)) continue;
    const dy = sumOf(cotangents);
    gradients.set(value, dy);
    if (!value.inputs.some((input) => active.has(input))) continue;
    vjpOf(value, dy).forEach((cotangent, i) => {
      if (cotangent !== undefined && active.has(value.inputs[i]))
        collect(value.inputs[i], cotangent);
    });
  }
  return wrt.map((value) => {
    const gradient = gradients.get(value);
    assert(gradient !== undefined, `no gradient reaches ${value.op} [${value.shape}]`);
    return gradient;
  });
}

function vjpOf<O extends Op>(value: Value & { op: O }, dy: Value): readonly (Value | undefined)[] {
  const rule: VjpRules[O] = vjpRules[value.op];
  assert(rule !== "none", `${value.op} has no derivative`);
  // TypeScript cannot see that a value of operation O is what the rule of O takes.
  return (rule as (y: Value, dy: Value) => readonly (Value | undefined)[])(value, dy);
}

/** The sum of cotangents. Slices that tile a value come back as one concat instead of a chain of padded additions. */
function sumOf(parts: readonly Value[]): Value {
  const pads = parts.filter((part) => part.op === "pad");
  const others = parts.filter((part) => part.op !== "pad");
  return [...others, ...joinPads(pads)].reduce(add);
}

/** Greedily groups padded pieces that do not overlap; a group becomes one value. */
function joinPads(pads: readonly Pad[]): Value[] {
  const groups: Pad[][] = [];
  const sorted = pads.toSorted((a, b) => a.attributes.start - b.attributes.start);
  for (const piece of sorted) {
    const { axis, start } = piece.attributes;
    const group = groups.find((pieces) => {
      const last = pieces[pieces.length - 1];
      return last.attributes.axis === axis && endOf(last) === start;
    });
    if (group === undefined) groups.push([piece]);
    else group.push(piece);
  }
  return groups.map((pieces) => {
    const { axis, start, size } = pieces[0].attributes;
    const joined = concat(
      pieces.map((piece) => piece.inputs[0]),
      axis,
    );
    return joined.shape[axis] === size ? joined : pad(joined, axis, start, size);
  });
}

const endOf = ({ attributes, inputs: [x] }: Pad): number =>
  attributes.start + x.shape[attributes.axis];
