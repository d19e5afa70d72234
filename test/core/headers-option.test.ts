import { expect, test } from "vitest";
import { ConfigurationError } from "../../src/errors/index.ts";
import { readCallSettings, readSettings, type RequestOptions } from "../../src/core/options.ts";

const settings = readSettings({}, () => undefined);

/** The same rules hold for a client's headers and for a call's. */
const readers: [where: string, read: (headers: unknown) => Readonly<Record<string, string>> | undefined][] = [
  ["of a client", (headers) => readSettings({ headers } as never, () => undefined).headers],
  ["of a call", (headers) => readCallSettings({ headers } as RequestOptions, settings).headers],
];
const reserved = ["authorization", "x-api-key", "x-auth-token", "cookie", "host"];
const mixed = (name: string) => [...name].map((letter, index) => (index % 2 === 0 ? letter.toUpperCase() : letter)).join("");

test.each(readers)("headers %s may not set a credential, a cookie or the host, in any case", (_where, read) => {
  for (const lower of reserved) {
    for (const name of [lower, lower.toUpperCase(), mixed(lower)]) {
      const attempt = () => read({ [name]: "hunter2" });
      expect(attempt, name).toThrow(ConfigurationError);
      expect(attempt, name).toThrow(new RegExp(`^headers may not set ${lower}$`));
    }
  }
});

test.each(readers)("headers %s may not change how the request is framed", (_where, read) => {
  for (const name of ["Content-Length", "Transfer-Encoding", "Connection"]) expect(() => read({ [name]: "1" }), name).toThrow(ConfigurationError);
});

test.each(readers)("headers %s come out under lower-case names with their values", (_where, read) => {
  expect(read({ "X-Trace": "a b\tc", "Accept-Language": "", "x-latin": "\u00e9" })).toEqual({ "x-trace": "a b\tc", "accept-language": "", "x-latin": "\u00e9" });
});

test.each(readers)("headers %s refuse a value that no header can carry, without naming it", (_where, read) => {
  for (const value of ["hunter2\r\nx-api-key: k", "hunter2\n", "hunter2\0", "hunter2\u20ac", 5, undefined, null, ["hunter2"]]) {
    expect(() => read({ "X-A": value }), String(value)).toThrow(new ConfigurationError("headers.x-a must be a string without line breaks"));
  }
});

test.each(readers)("headers %s refuse a name that no header can have, without naming it", (_where, read) => {
  for (const name of ["", " x", "x y", "x:", "x\r\ny", "\u00e9"]) {
    expect(() => read({ [name]: "v" }), name).toThrow(new ConfigurationError("headers holds a name that no header can have"));
  }
});

test.each(readers)("headers %s are a plain object", (_where, read) => {
  for (const headers of [new Headers({ a: "b" }), [["a", "b"]], "a: b", 5, null]) {
    expect(() => read(headers)).toThrow(new ConfigurationError("headers must be a plain object of names and values"));
  }
});

test.each(readers)("headers %s of a prototype are not sent, and __proto__ changes nothing", (_where, read) => {
  expect(Object.keys(read(Object.create({ "x-a": "b" })) ?? {})).toEqual([]);
  const read1 = read(JSON.parse('{"__proto__":"v","x-a":"b"}')) ?? {};
  expect(Object.getPrototypeOf(read1)).toBe(Object.prototype);
  expect(read1["x-a"]).toBe("b");
});

test("changing the object afterwards changes nothing", () => {
  const headers: Record<string, string> = { "x-a": "b" };
  const { headers: read } = readSettings({ headers }, () => undefined);
  headers["x-a"] = "c";
  headers["x-api-key"] = "k";
  expect(read).toEqual({ "x-a": "b" });
});
