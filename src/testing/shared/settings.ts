/** The members of `options` that have a value: one that is given as undefined counts as left out. */
export function given<T extends object>(options: T): { [K in keyof T]?: Exclude<T[K], undefined> };
export function given(options: object): object {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}
