import { GraphiQL } from "graphiql";
import { createElement } from "react";
import { createRoot } from "react-dom/client";
import { ask } from "./api.ts";

const example = `# Runs against the fake of Lumar in your sandbox.
{
  me {
    username
    accounts(first: 10) {
      nodes {
        name
        serviceAccounts {
          name
          roleCode
          enabled
        }
      }
    }
  }
}
`;

// GraphiQL's dialogs make a style; under this name they look for the nonce that lets it in.
Reflect.set(globalThis, "__webpack_nonce__", document.querySelector<HTMLScriptElement>("script[nonce]")?.nonce);

const root = document.getElementById("graphiql");
if (root !== null) {
  createRoot(root).render(
    createElement(GraphiQL, {
      defaultQuery: example,
      shouldPersistHeaders: false,
      fetcher: async (params, options) => {
        const answer = await ask("graphql", { ...params, headers: options?.headers ?? {} });
        const body: unknown = typeof answer === "object" && answer !== null && "body" in answer ? answer.body : {};
        return typeof body === "object" && body !== null ? body : {};
      },
    }),
  );
}
