import type { RequestOptions } from "../core/options.ts";
import type { Gateway } from "./gateway.ts";
import { GetAccountDocument, ListAccountsDocument } from "./generated/operations.ts";
import { globalId } from "./ids.ts";
import { pagedList, type PagedList } from "../core/paged-list.ts";
import { promised, promisedList } from "../core/promised.ts";
import { isAccount, noAccount, noUser, toAccount } from "./read.ts";
import type { Account, ID } from "./types.ts";
import { Checks } from "../core/checks.ts";

/** A list that is read page by page while it is iterated. */
export type AccountList = PagedList<Account>;

/** Of 1 to 1,000, the documented range: few enough to come soon, and many enough for most users at once. */
const pageSize = 100;

/** The accounts that a user can see. @see https://api-docs.lumar.io/docs/graphql/get-accounts */
export class Accounts {
  readonly #gateway: Gateway;

  /** @internal */
  constructor(gateway: Gateway) {
    this.#gateway = gateway;
  }

  /** @throws {@link NotFoundError} when there is no such account, or no access to it. */
  async get(id: ID, options?: RequestOptions): Promise<Account> {
    const checks = new Checks("accounts.get");
    checks.id(id, "id");
    checks.done();
    return this.#gateway.call(GetAccountDocument, { accountId: globalId("Account", id) }, options, ({ node }) => {
      if (!isAccount(node)) throw noAccount();
      return toAccount(node);
    });
  }

  /**
   * The accounts, page by page.
   *
   * @example
   * for await (const account of client.accounts.list()) console.log(account.name);
   */
  list(options?: RequestOptions): AccountList {
    return pagedList(() => this.#pages(options));
  }

  async *#pages(options: RequestOptions | undefined): AsyncGenerator<Account, void, undefined> {
    const seen = new Set<string>();
    let after: string | null = null;
    do {
      const { nodes, endCursor } = await this.#page(after, options);
      yield* nodes;
      after = endCursor;
      // A server that repeats a cursor would keep us here for ever.
    } while (after !== null && !seen.has(after) && seen.add(after));
  }

  #page(after: string | null, options: RequestOptions | undefined): Promise<{ nodes: Account[]; endCursor: string | null }> {
    return this.#gateway.call(ListAccountsDocument, { first: pageSize, after }, options, ({ me }) => {
      if (me === null) throw noUser();
      const { nodes, pageInfo } = promised(promised(me, "me").accounts, "me.accounts");
      const { hasNextPage, endCursor } = promised(pageInfo, "me.accounts.pageInfo");
      return {
        nodes: promisedList(nodes, "me.accounts.nodes").map(toAccount),
        endCursor: hasNextPage ? (endCursor ?? null) : null,
      };
    });
  }
}
