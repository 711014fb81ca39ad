/**
 * The sessions of a layer for the forests' present shape. One shape is open at a time: its sessions hold the working
 * memory of its passes, which is most of what training needs besides weights, and a new shape costs few per cent of a
 * step.
 */
import type { LayerGraphs } from "./layer-graphs.ts";
import type { AttentionPlan } from "./models/attention.ts";
import { Session, type SessionOptions } from "./runtime/session.ts";

export type OpenSessions = {
  readonly forward: Session;
  readonly backward: Session;
  readonly kept: LayerGraphs["kept"];
};

type GraphsOf = (plan: AttentionPlan) => LayerGraphs;

export class LayerSessions {
  readonly #graphsOf: GraphsOf;
  readonly #options: SessionOptions;
  #open: { readonly key: string; readonly sessions: OpenSessions } | undefined;

  constructor(graphsOf: GraphsOf, options: SessionOptions) {
    this.#graphsOf = graphsOf;
    this.#options = options;
  }

  /** The sessions of a plan; those of another plan are closed first. */
  async get(plan: AttentionPlan): Promise<OpenSessions> {
    const key = JSON.stringify(plan);
    if (this.#open?.key === key) return this.#open.sessions;
    await this.close();
    const { forward, backward, kept } = this.#graphsOf(plan);
    const sessions = {
      forward: await Session.create(forward, this.#options),
      backward: await Session.create(backward, this.#options),
      kept,
    };
    this.#open = { key, sessions };
    return sessions;
  }

  async close(): Promise<void> {
    const sessions = this.#open?.sessions;
    this.#open = undefined;
    await sessions?.forward.close();
    await sessions?.backward.close();
  }
}
