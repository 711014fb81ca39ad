/** The sessions of a layer by the shape of the forest. Only a few shapes stay open: each holds its working memory. */
import type { LayerGraphs } from "./layer-graphs.ts";
import type { AttentionPlan } from "./models/attention.ts";
import { Session, type SessionOptions } from "./runtime/session.ts";

export type LayerSessions = {
  readonly forward: Session;
  readonly backward: Session;
  readonly kept: LayerGraphs["kept"];
};

type GraphsOf = (plan: AttentionPlan) => LayerGraphs;

export class LayerSessionCache {
  /** The least recently used first. */
  readonly #open = new Map<string, LayerSessions>();
  readonly #graphsOf: GraphsOf;
  readonly #options: SessionOptions;
  readonly #maxOpen: number;

  constructor(graphsOf: GraphsOf, options: SessionOptions, maxOpen: number) {
    this.#graphsOf = graphsOf;
    this.#options = options;
    this.#maxOpen = maxOpen;
  }

  /** The sessions of a plan; opened if they are not, after the least recently used were closed to make room. */
  async get(plan: AttentionPlan): Promise<LayerSessions> {
    const key = JSON.stringify(plan);
    const known = this.#open.get(key);
    this.#open.delete(key);
    const sessions = known ?? (await this.#create(plan));
    this.#open.set(key, sessions);
    return sessions;
  }

  async close(): Promise<void> {
    await this.#closeDownTo(0);
  }

  async #create(plan: AttentionPlan): Promise<LayerSessions> {
    await this.#closeDownTo(this.#maxOpen - 1);
    const { forward, backward, kept } = this.#graphsOf(plan);
    return {
      forward: await Session.create(forward, this.#options),
      backward: await Session.create(backward, this.#options),
      kept,
    };
  }

  async #closeDownTo(count: number): Promise<void> {
    for (const [key, { forward, backward }] of this.#open) {
      if (this.#open.size <= count) return;
      this.#open.delete(key);
      await forward.close();
      await backward.close();
    }
  }
}
