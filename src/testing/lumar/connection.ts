import type { Refuse } from "./refusal.ts";
import type { Stored } from "./state.ts";

/** The paging arguments of a connection field. */
export interface PageArguments {
  readonly first?: number | null;
  readonly after?: string | null;
  readonly last?: number | null;
  readonly before?: string | null;
}

const largestPage = 1000;
const defaultPage = 100;

/** Cuts the page out of the whole list that the arguments ask for, and shows it as a connection. */
export function connection<T extends Stored, V>(all: readonly T[], page: PageArguments, view: (item: T) => V, refuse: Refuse): object {
  for (const [name, size] of Object.entries({ first: page.first, last: page.last })) {
    if (size != null && (size < 1 || size > largestPage)) {
      throw refuse("invalidInput", `'${name}' must be between 1 and ${String(largestPage)}.`);
    }
  }
  const start = page.after == null ? 0 : positionOf(all, page.after, refuse) + 1;
  const end = page.before == null ? all.length : positionOf(all, page.before, refuse);
  const from = page.first == null && page.last != null ? Math.max(start, end - page.last) : start;
  const until = page.first == null && page.last != null ? end : Math.min(end, start + (page.first ?? defaultPage));
  const items = all.slice(from, until);
  return {
    nodes: items.map(view),
    edges: items.map((item) => ({ node: view(item), cursor: cursorOf(item) })),
    totalCount: all.length,
    pageInfo: {
      hasNextPage: until < all.length,
      hasPreviousPage: from > 0,
      startCursor: items.slice(0, 1).map(cursorOf)[0] ?? null,
      endCursor: items.slice(-1).map(cursorOf)[0] ?? null,
    },
  };
}

function cursorOf(item: Stored): string {
  return btoa(`cursor:${String(item.number)}`);
}

function positionOf(all: readonly Stored[], cursor: string, refuse: Refuse): number {
  const position = all.findIndex((item) => cursorOf(item) === cursor);
  if (position < 0) throw refuse("invalidInput", "Invalid cursor.");
  return position;
}
