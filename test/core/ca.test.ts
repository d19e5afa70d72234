import { rootCertificates } from "node:tls";
import { afterEach, describe, expect, test, vi } from "vitest";
import { readCa } from "../../src/core/ca.ts";
import { ConfigurationError } from "../../src/errors/index.ts";

const [one = "", two = ""] = rootCertificates;
const key = "-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----\n";
const spoiled = one.replace(/\nMII/, "\n?II");

afterEach(() => vi.unstubAllGlobals());

test("without the option there are none", () => {
  expect(readCa(undefined)).toBeUndefined();
});

test.each([
  ["one certificate", one],
  ["bytes", new TextEncoder().encode(one)],
  ["a Buffer", Buffer.from(one)],
  ["Windows line ends", one.replaceAll("\n", "\r\n")],
  ["words around it", `# an appliance\nsubject=CN = it\n${one}\nthe end`],
])("%s is taken", (_what, ca) => {
  expect(readCa(ca)?.replaceAll("\r\n", "\n")).toBe(`${one.trim()}\n`);
});

test("of several certificates all are taken, and a key beside them is left out", () => {
  expect(readCa(`${one}\n${key}${two}\n`)).toBe(`${one}\n${two}\n`);
});

describe.each(["where certificates can be read", "where they cannot be read"])("%s", (where) => {
  test.each<[string, unknown, string]>([
    ["a path", "./appliance.pem", "ca holds no certificate in PEM"],
    ["nothing", "", "ca holds no certificate in PEM"],
    ["bytes in DER", Buffer.from(one.split("\n").slice(1, -1).join(""), "base64"), "ca holds no certificate in PEM"],
    ["a key", key, "ca holds no certificate in PEM"],
    ["a certificate that is cut off", one.slice(0, -30), "ca holds a certificate that cannot be read"],
    ["a whole one and one that is cut off", `${one}\n${two.slice(0, -30)}`, "ca holds a certificate that cannot be read"],
    ["one that holds other letters", spoiled, "ca holds a certificate that cannot be read"],
    ["a frame around nothing", "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----", "ca holds a certificate that cannot be read"],
    ["a number", 5, "ca must be a string or bytes: certificates in PEM"],
    ["null", null, "ca must be a string or bytes: certificates in PEM"],
    ["a list", [one], "ca must be a string or bytes: certificates in PEM"],
  ])("%s is refused by the option's name", (_what, ca, message) => {
    if (where === "where they cannot be read") vi.stubGlobal("process", undefined);
    const read = (): unknown => readCa(ca);
    expect(read).toThrow(ConfigurationError);
    expect(read).toThrow(message);
  });
});

test("letters that are no certificate are refused where certificates can be read", () => {
  const frame = (body: string): string => `-----BEGIN CERTIFICATE-----\n${body}\n-----END CERTIFICATE-----\n`;
  expect(() => readCa(frame("AAAA"))).toThrow("ca holds a certificate that cannot be read");
  vi.stubGlobal("process", undefined);
  expect(readCa(frame("AAAA"))).toBe(frame("AAAA"));
});
