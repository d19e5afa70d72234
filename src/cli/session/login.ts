import type { Context } from "../context.ts";
import { cell, instant, type Outcome } from "../outcome.ts";

export async function login(context: Context): Promise<Outcome> {
  const client = await context.client();
  const { obtainedAt, expiresAt } = await client.login(context.call);
  const { id, username } = await client.me(context.call);
  return {
    data: { endpoint: client.endpoint, user: { id, username }, obtainedAt, expiresAt },
    view: [
      {
        kind: "fields",
        fields: [
          ["Logged in as", cell(username ?? id, "good")],
          ["Endpoint", cell(client.endpoint)],
          ["Until", instant(expiresAt, "")],
        ],
      },
    ],
  };
}
