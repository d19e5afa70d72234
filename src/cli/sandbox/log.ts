import type { RecordedRequest } from "keylight/testing";
import { Credentials } from "./credentials.ts";
import type { House } from "./house.ts";
import type { LogRow, ServiceName } from "./protocol.ts";

interface Entry {
  readonly id: number;
  readonly house: House;
  /** The fake's own record: its status is filled in later. */
  readonly request: RecordedRequest;
}

/** More than 50 calls at once make, with their repeats. */
const longest = 300;
/** What a fake may hold on to before it is told to forget. */
const tooMany = 2_000;

/** The last requests to all fakes. */
export class RequestLog {
  readonly #houses: readonly House[];
  readonly #seen = new Map<House, number>();
  readonly #credentials = new Map<House, Credentials>();
  #entries: Entry[] = [];
  #lastId = 0;

  constructor(houses: readonly House[]) {
    this.#houses = houses;
  }

  /** The numbers of a service's credentials. */
  credentialsOf(house: House): Credentials {
    const known = this.#credentials.get(house) ?? new Credentials();
    this.#credentials.set(house, known);
    return known;
  }

  /** The id of the newest request. */
  get lastId(): number {
    this.#refresh();
    return this.#lastId;
  }

  /** The requests that are remembered, the oldest first: all, or those to one service after another request. */
  rows(after = 0, service?: ServiceName): LogRow[] {
    this.#refresh();
    const wanted = this.#entries.filter(({ id, house }) => id > after && (service === undefined || house.name === service));
    return wanted.map((entry) => this.#row(entry));
  }

  clear(): void {
    this.#refresh();
    this.#entries = [];
  }

  /** Takes in what the fakes have received since. */
  #refresh(): void {
    for (const house of this.#houses) {
      const { requests } = house.fake;
      for (const request of requests.slice(this.#seen.get(house) ?? 0)) {
        this.#lastId += 1;
        this.#entries.push({ id: this.#lastId, house, request });
      }
      if (requests.length > tooMany) house.fake.forgetRequests();
      this.#seen.set(house, requests.length);
    }
    this.#entries = this.#entries.slice(-longest);
  }

  #row({ id, house, request }: Entry): LogRow {
    const { at, method, path, headers, status, dropped, operationName } = request;
    const credentials = this.credentialsOf(house);
    const credential = credentials.shown(headers);
    return {
      id,
      service: house.name,
      at,
      method,
      path,
      operation: operationName ?? `${method} ${path}`,
      isLogin: house.isLogin(request),
      credential,
      status,
      dropped,
      headers: credentials.redacted(headers),
    };
  }
}
