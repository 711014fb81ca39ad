/** Sessions of the protocol's earlier revisions: whose they are, how many there may be, that they end with the app, and what of them counts. */
import { afterEach, expect, test } from "vitest";
import { openServed, type Served } from "../../test/fixtures/served.ts";

let served: Served;
const open = () => (served = openServed({ predict: { missing: "none" } }));
afterEach(() => served.close());

const post = (body: object, headers: Record<string, string> = {}) =>
  served.app.inject({
    method: "POST",
    url: "/mcp",
    headers: { host: "localhost", accept: "application/json, text/event-stream", ...headers },
    payload: { jsonrpc: "2.0", ...body },
  });
const initialize = async (headers: Record<string, string> = {}): Promise<string> => {
  const clientInfo = { name: "test", version: "1" };
  const params = { protocolVersion: "2025-06-18", capabilities: {}, clientInfo };
  const { headers: answer } = await post({ id: 1, method: "initialize", params }, headers);
  return String(answer["mcp-session-id"]);
};
const list = async (session: string, headers: Record<string, string> = {}) =>
  (await post({ id: 2, method: "tools/list" }, { "mcp-session-id": session, ...headers }))
    .statusCode;

test("of too many sessions the one that was used longest ago ends", async () => {
  open();
  const first = await initialize();
  const second = await initialize();
  expect(await list(first)).toBe(200);
  for (let i = 0; i < 255; i++) await initialize();
  expect([await list(first), await list(second)]).toEqual([200, 404]);
});

test("a session is its key's alone, and ends when its client says so", async () => {
  open();
  const [west, east] = ["west", "east"].map((name) => ({ ...served.key({ name }) }));
  const session = await initialize(west);
  expect([await list(session, west), await list(session, east)]).toEqual([200, 404]);
  const ended = await served.app.inject({
    method: "DELETE",
    url: "/mcp",
    headers: { "mcp-session-id": session, ...west },
  });
  expect([ended.statusCode, await list(session, west)]).toEqual([200, 404]);
});

test("each call of a batch counts against the key's rate", async () => {
  open();
  const few = served.key({ name: "few", requestsPerMinute: 12 });
  const session = await initialize(few); // the first of 12
  const batch = (calls: number) =>
    served.app.inject({
      method: "POST",
      url: "/mcp",
      headers: {
        host: "localhost",
        accept: "application/json, text/event-stream",
        "mcp-session-id": session,
        ...few,
      },
      payload: Array.from({ length: calls }, (_, id) => ({
        jsonrpc: "2.0",
        id,
        method: "tools/call",
        params: { name: "run_sql", arguments: { sql: "SELECT 1 AS one" } },
      })),
    });
  const ran = await batch(6);
  expect([ran.statusCode, ran.body.match(/structuredContent/g)?.length]).toEqual([200, 6]);
  const refused = await batch(12);
  expect([refused.statusCode, refused.json().error.code]).toEqual([429, "rate-limited"]);
  expect(Number(refused.headers["retry-after"])).toBeGreaterThan(0);
  expect(await list(session, few)).toBe(200);
});

test("a Host that is no name is no reason to fail", async () => {
  open();
  const any = { ...served.key({ name: "any" }), host: "a b" };
  expect(await list(await initialize(any), any)).toBe(200);
});
