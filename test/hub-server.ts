/** A local server that answers as the Hugging Face hub does: an endpoint that redirects to a store on another origin. */
import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What the store does with one request; the next request gets the next behaviour, then all is well. */
export type Behaviour = {
  readonly status?: number;
  /** Bytes of the body after which the connection is cut. */
  readonly cutAfter?: number;
  /** Bytes after which nothing more comes. */
  readonly hangAfter?: number;
  readonly content?: Buffer;
};

export type SeenRequest = {
  readonly method: string;
  readonly path: string;
  readonly range?: string;
  readonly ifRange?: string;
  readonly authorization?: string;
};

export type HubServer = {
  /** For HF_ENDPOINT. */
  readonly endpoint: string;
  readonly endpointRequests: SeenRequest[];
  readonly storeRequests: SeenRequest[];
  /** Status codes that the endpoint answers first. */
  readonly endpointFailures: number[];
  readonly storeBehaviours: Behaviour[];
  content: Buffer;
  storeEtag: string;
  /** Whether X-Linked-Etag and X-Linked-Size are sent, and the store states lengths. */
  describes: boolean;
  close(): void;
};

/** Time for what was sent to arrive before a cut. */
const ARRIVAL_MS = 60;

const FILE = /^\/(org\/model)\/resolve\/main\/model\.gguf$/;
export const HUB_FILE = { repo: "org/model", revision: "main", file: "model.gguf" } as const;

export async function startHubServer(content: Buffer): Promise<HubServer> {
  const hub: HubServer = {
    endpoint: "",
    endpointRequests: [],
    storeRequests: [],
    endpointFailures: [],
    storeBehaviours: [],
    content,
    storeEtag: '"store-1"',
    describes: true,
    close: () => {},
  };
  const store = await listen((request, response) => serveStore(hub, request, response));
  const endpoint = await listen((request, response) =>
    serveEndpoint(hub, store.origin, request, response),
  );
  const close = () => [store, endpoint].forEach(({ server }) => closeNow(server));
  return Object.assign(hub, { endpoint: endpoint.origin, close });
}

export const sha256Of = (content: Buffer): string =>
  createHash("sha256").update(content).digest("hex");

function serveEndpoint(
  hub: HubServer,
  storeOrigin: string,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  hub.endpointRequests.push(seen(request));
  const failure = hub.endpointFailures.shift();
  if (failure !== undefined) return void response.writeHead(failure).end();
  if (request.url?.startsWith("/org/old-name/"))
    return void response
      .writeHead(307, { Location: request.url.replace("old-name", "model") })
      .end();
  if (!FILE.test(request.url ?? "")) return void response.writeHead(404).end();
  const linked = {
    "X-Linked-Etag": `"${sha256Of(hub.content)}"`,
    "X-Linked-Size": hub.content.length,
  };
  response
    .writeHead(302, { Location: `${storeOrigin}/blob`, ...(hub.describes ? linked : {}) })
    .end();
}

function serveStore(hub: HubServer, request: IncomingMessage, response: ServerResponse): void {
  hub.storeRequests.push(seen(request));
  const { status, cutAfter, hangAfter, content = hub.content } = hub.storeBehaviours.shift() ?? {};
  if (status !== undefined) return void response.writeHead(status).end();
  const ifRange = request.headers["if-range"];
  const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? -1);
  const isPart = start >= 0 && (ifRange === undefined || ifRange === hub.storeEtag);
  if (isPart && start >= content.length)
    return void response.writeHead(416, { "Content-Range": `bytes */${content.length}` }).end();
  const body = isPart ? content.subarray(start) : content;
  response.writeHead(isPart ? 206 : 200, {
    ETag: hub.storeEtag,
    "Accept-Ranges": "bytes",
    ...(hub.describes ? { "Content-Length": body.length } : {}),
    ...(isPart
      ? { "Content-Range": `bytes ${start}-${content.length - 1}/${content.length}` }
      : {}),
  });
  if (cutAfter !== undefined)
    response.write(body.subarray(0, cutAfter), () =>
      setTimeout(() => response.destroy(), ARRIVAL_MS),
    );
  else if (hangAfter !== undefined) response.write(body.subarray(0, hangAfter));
  else response.end(body);
}

const seen = ({ method = "", url = "", headers }: IncomingMessage): SeenRequest => ({
  method,
  path: url,
  range: headers.range,
  ifRange: headers["if-range"] as string | undefined,
  authorization: headers.authorization,
});

/** A server on a free port of this machine. */
export async function listen(
  handler: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<{ readonly server: Server; readonly origin: string }> {
  const server = createServer(handler);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { server, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

export function closeNow(server: Server): void {
  server.close();
  server.closeAllConnections();
}
