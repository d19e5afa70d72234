import type { FakeServer, Listening, RecordedRequest } from "keylight/testing";
import type { Credentials } from "./credentials.ts";
import type { RateLimitView, ServiceName, Table } from "./protocol.ts";

/** Something to do behind a server's back. */
export interface Control {
  readonly name: string;
  /** What the page's button says now. */
  readonly label: () => string;
  readonly run: () => void;
}

/** One fake that listens, with a client of keylight that calls it. */
export interface House {
  readonly name: ServiceName;
  readonly title: string;
  readonly fake: FakeServer;
  readonly url: string;
  /** What a newcomer may try first, and what there is to see. */
  readonly story: string;
  /** What a program's environment has to hold. */
  readonly env: () => Readonly<Record<string, string>>;
  /** Variables of {@link env} that belong to another service in an environment that has both; and what to say of them. */
  readonly clash?: { readonly names: readonly string[]; readonly note: string };
  /** Calls by the client, by the text that the page shows for them. Each gives what to say of its answer. */
  readonly calls: Readonly<Record<string, () => Promise<string>>>;
  readonly controls: readonly Control[];
  readonly rateLimit?: { current(): RateLimitView | null; set(limit: RateLimitView | null): void };
  readonly isLogin: (request: RecordedRequest) => boolean;
  readonly tables: (credentials: Credentials) => Table[];
  readonly close: () => Promise<void>;
}

/** Lets a fake listen on the port that is its turn. */
export type Open = (fake: FakeServer) => Promise<Listening>;

export const noLogin = (): boolean => false;

/** An instant as the page shows it. */
export function instant(time: number | null): string {
  return time === null ? "–" : new Date(time).toISOString().replace("T", " ").slice(0, 19);
}
