const credentialHeaders = ["x-auth-token", "x-api-key", "authorization"] as const;
const secretHeaders = new Set<string>([...credentialHeaders, "proxy-authorization", "cookie"]);

/** Gives the credentials of one service numbers, so that people can tell them apart without seeing them. */
export class Credentials {
  readonly #numbers = new Map<string, number>();

  /** The number of this credential: a new one the first time. */
  nameOf(credential: string): string {
    const number = this.#numbers.get(credential) ?? this.#numbers.size + 1;
    this.#numbers.set(credential, number);
    return `#${String(number)}`;
  }

  /** Which credential these headers carry. */
  shown(headers: Readonly<Record<string, string>>): string {
    const name = credentialHeaders.find((header) => headers[header] !== undefined);
    const value = name === undefined ? undefined : headers[name];
    if (name === undefined || value === undefined) return "none";
    return `${name} ${this.nameOf(value.replace(/^bearer +/i, ""))}`;
  }

  /** The headers without secrets, wherever they stand. */
  redacted(headers: Readonly<Record<string, string>>): Record<string, string> {
    const known = [...this.#numbers.keys()];
    const isSecret = (name: string, value: string): boolean => secretHeaders.has(name) || known.some((secret) => value.includes(secret));
    return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, isSecret(name, value) ? "[redacted]" : value]));
  }
}
