/** A list that is read page by page while it is iterated. */
export interface PagedList<T> extends AsyncIterable<T> {
  /** Reads to the end, or to `limit` items. */
  toArray(options?: { limit?: number }): Promise<T[]>;
}

export function pagedList<T>(iterate: () => AsyncGenerator<T, void, undefined>): PagedList<T> {
  return {
    [Symbol.asyncIterator]: iterate,
    async toArray(bounds) {
      const limit = bounds?.limit ?? Number.POSITIVE_INFINITY;
      const items: T[] = [];
      if (limit <= 0) return items;
      for await (const item of iterate()) {
        items.push(item);
        if (items.length >= limit) break;
      }
      return items;
    },
  };
}
