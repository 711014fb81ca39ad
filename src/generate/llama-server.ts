/** Knows llama.cpp's own server among those that speak OpenAI's protocol: it alone takes a grammar as GBNF. */

/** It answers at once, or it is none. */
const TIMEOUT_MS = 5_000;

/** Whether llama-server answers at `baseUrl`, with or without /v1 at its end. Raises the signal's reason alone. */
export async function isLlamaServer(
  baseUrl: string,
  { apiKey, signal }: { readonly apiKey?: string; readonly signal?: AbortSignal } = {},
): Promise<boolean> {
  const limit = AbortSignal.timeout(TIMEOUT_MS);
  try {
    const response = await fetch(`${baseUrl.replace(/(\/v1)?\/*$/, "")}/props`, {
      headers: apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` },
      signal: signal ? AbortSignal.any([signal, limit]) : limit,
    });
    const props: unknown = response.ok ? await response.json() : undefined;
    return typeof props === "object" && props !== null && "default_generation_settings" in props;
  } catch {
    signal?.throwIfAborted();
    return false;
  }
}
