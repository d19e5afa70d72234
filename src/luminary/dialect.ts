import { isRecord } from "../core/transport/json.ts";
import type { RestDialect, RestErrorBody } from "../core/transport/rest.ts";

/** How Luminary Cloud writes its errors: not documented, so that every usual form is read. */
export const luminaryDialect: RestDialect = {
  codes: new Map(),
  requestIdHeader: "x-request-id",
  readError,
  hints: {
    forbidden: "A key may do what its owner may in the web application: ask whoever manages the project there.",
    notFound: "Check the id, and that the owner of the credential may see it.",
    format: "Check the domain: it is the host of the API, such as apis.luminarycloud.com, not that of the web application.",
  },
};

function readError({ message, error, detail, code }: Record<string, unknown>): RestErrorBody {
  const inner = isRecord(error) ? error["message"] : error;
  const text = [message, inner, detail].find((candidate) => typeof candidate === "string" && candidate !== "");
  return {
    ...(typeof text === "string" ? { message: text } : {}),
    ...(typeof code === "string" || typeof code === "number" ? { code: String(code) } : {}),
  };
}
