/** How many are remembered. */
const most = 64;

/** The tokens that were rejected last, so that none of them is taken from a store again. */
export class RejectedTokens {
  readonly #tokens = new Set<string>();

  add(token: string): void {
    this.#tokens.add(token);
    for (const oldest of this.#tokens) {
      if (this.#tokens.size <= most) break;
      this.#tokens.delete(oldest);
    }
  }

  has(token: string): boolean {
    return this.#tokens.has(token);
  }
}
