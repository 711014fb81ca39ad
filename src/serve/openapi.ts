/** The OpenAPI document, written from the table of routes. */
import * as api from "./api.ts";
import { type RouteEntry, routes } from "./routes.ts";

/** OpenAPI 3.1, whose schemas are JSON Schema. */
export function openApiDocument(version: string): object {
  const content = (type: string, schema: object) => ({ content: { [type]: { schema } } });
  const pathItem = (route: RouteEntry) => {
    const { summary, scope, body, query, answer, errors } = route;
    const { contentType = "application/json" } = route;
    const parameters = [
      ...[...route.path.matchAll(PARAMETER)].map(([, name]) => ({
        name,
        in: "path",
        required: true,
        schema: { type: "string" },
      })),
      ...(query ? queryParameters(api.jsonSchemaOf(query, "input")) : []),
    ];
    const schema = answer ? api.jsonSchemaOf(answer, "output") : { type: ["object", "string"] };
    return {
      summary,
      ...(scope && { security: [{ key: [] }, {}], description: `Scope of the key: ${scope}.` }),
      ...(parameters.length > 0 && { parameters }),
      ...(body && {
        requestBody: {
          required: true,
          ...content("application/json", api.jsonSchemaOf(body, "input")),
        },
      }),
      responses: {
        "200": { description: "Done.", ...content(contentType, schema) },
        ...Object.fromEntries(
          [...errors, 500].map((status) => [
            String(status),
            { description: "See docs/errors.md.", ...content("application/json", ERROR) },
          ]),
        ),
      },
    };
  };
  const ERROR = { $ref: "#/components/schemas/Error" };
  return {
    openapi: "3.1.0",
    info: { title: "text2sql-tuner", version },
    paths: Object.fromEntries(
      [...Map.groupBy(routes, ({ path }) => path)].map(([path, group]) => [
        path.replace(PARAMETER, "{$1}"),
        Object.fromEntries(group.map((route) => [route.method, pathItem(route)])),
      ]),
    ),
    components: {
      schemas: { Error: api.jsonSchemaOf(api.errorAnswer, "output") },
      securitySchemes: { key: { type: "http", scheme: "bearer" } },
    },
  };
}

const PARAMETER = /:(\w+)/g;

type ObjectSchema = {
  readonly type: "object";
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly required?: readonly string[];
};

const queryParameters = ({ properties = {}, required = [] }: ObjectSchema) =>
  Object.entries(properties).map(([name, schema]) => ({
    name,
    in: "query",
    required: required.includes(name),
    schema,
  }));
