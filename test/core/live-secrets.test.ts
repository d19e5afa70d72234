import fc from "fast-check";
import { expect, test } from "vitest";
import { LiveSecrets } from "../../src/core/live-secrets.ts";

/** Every character that one of the encodings changes. */
const secret = 'p"a\\s/s+w?o=r&d ü~>';

function holding(...values: string[]): LiveSecrets {
  const live = new LiveSecrets();
  for (const value of values) live.add(value);
  return live;
}

const base64 = Buffer.from(secret).toString("base64");
const forms: [form: string, text: string][] = [
  ["raw", secret],
  ["JSON-escaped", JSON.stringify(secret).slice(1, -1)],
  ["URL-encoded", encodeURIComponent(secret)],
  ["base64", base64],
  ["base64 without padding", base64.replace(/=+$/, "")],
  ["base64url", Buffer.from(secret).toString("base64url")],
  ["hex", Buffer.from(secret).toString("hex")],
  ["hex in capitals", Buffer.from(secret).toString("hex").toUpperCase()],
];

test.each(forms)("a live secret is hidden in its form: %s", (_form, text) => {
  const clean = holding(secret).scrub(`before ${text} between ${text}, after`);
  expect(clean).toMatch(/^before \[redacted\]=* between \[redacted\]=*, after$/);
});

test.each(forms)("touches() knows the form: %s", (_form, text) => {
  expect(holding(secret).touches(`x${text}x`)).toBe(true);
  expect(holding("another").touches(`x${text}x`)).toBe(false);
});

test("what is no secret stays as it is", () => {
  expect(holding(secret).scrub("nothing to hide")).toBe("nothing to hide");
  expect(new LiveSecrets().scrub(secret)).toBe(secret);
});

test("an empty secret hides nothing", () => {
  expect(holding("").scrub("abc")).toBe("abc");
});

test("anything of the service's shape is hidden, known or not", () => {
  const live = new LiveSecrets(/lmr_sa_[A-Za-z0-9_-]+/g);
  expect(live.scrub("key lmr_sa_ab-1 and lmr_sa_Z_2, lmr_sa_")).toBe("key [redacted] and [redacted], lmr_sa_");
  // A global expression remembers where it stopped; that must not make every other check fail.
  for (let round = 0; round < 3; round += 1) expect(live.touches("lmr_sa_abc")).toBe(true);
});

test("the text is bounded to 2 kB", () => {
  const live = holding(secret);
  expect(live.scrub("x".repeat(2048))).toHaveLength(2048);
  for (const length of [2049, 8192, 8193, 1_000_000]) {
    const clean = live.scrub("x".repeat(length));
    expect(clean).toHaveLength(2048);
    expect(clean.endsWith("…")).toBe(true);
  }
});

test("a secret that the bound cuts through shows no part of itself", () => {
  const long = Array.from({ length: 3000 }, (_, index) => String.fromCharCode(97 + ((index * 7) % 26))).join("");
  for (const offset of [0, 1, 2000, 2047, 5000]) {
    const clean = holding(long).scrub("#".repeat(offset) + long.repeat(5));
    expect(clean.replaceAll("[redacted]", "").replaceAll("…", "")).not.toMatch(/[b-z]{3}/);
    expect(clean.length).toBeLessThanOrEqual(2048);
  }
});

test("a short secret that is quoted a thousand times shows no part of itself either", () => {
  const key = "k3y-0123456789-abcdefghijklmnopqrstuvwxyz";
  for (let shift = 0; shift < key.length; shift += 5) {
    const clean = holding(key).scrub(".".repeat(shift) + key.repeat(1000));
    expect(clean).not.toContain("k3y");
    expect(clean).not.toContain("0123");
  }
});

test("a secret that begins with another one is hidden whole, whichever came first", () => {
  for (const order of [["token", "token-and-more"], ["token-and-more", "token"]]) {
    expect(holding(...order).scrub("a token-and-more b token c")).toBe("a [redacted] b [redacted] c");
  }
});

test("the last 64 secrets are remembered; one that is added again counts as new", () => {
  const live = holding("first-secret", "second-secret");
  for (let index = 0; index < 62; index += 1) live.add(`secret-number-${index}`);
  expect(live.touches("first-secret")).toBe(true);
  live.add("first-secret");
  live.add("one-more-secret");
  expect(live.touches("first-secret")).toBe(true);
  expect(live.touches("one-more-secret")).toBe(true);
  expect(live.touches("second-secret")).toBe(false);
});

test("a secret that was added after a text was scrubbed is hidden from then on", () => {
  const live = holding("early-secret");
  expect(live.scrub("late-secret")).toBe("late-secret");
  live.add("late-secret");
  expect(live.scrub("late-secret")).toBe("[redacted]");
});

test("a JSON value is scrubbed in its texts and names at any depth, and keeps all else", () => {
  const live = holding("hunter2-secret");
  const value = { a: [1, null, true, "x hunter2-secret y", { "hunter2-secret": ["hunter2-secret"], keep: { b: 2 } }] };
  expect(live.scrubJson(value)).toEqual({ a: [1, null, true, "x [redacted] y", { "[redacted]": ["[redacted]"], keep: { b: 2 } }] });
  expect(value.a[3]).toBe("x hunter2-secret y");
});

test("a JSON value without secrets is handed back as it is", () => {
  const live = holding("hunter2-secret");
  const value = { a: ["x".repeat(5000)] };
  expect(live.scrubJson(value)).toBe(value);
  for (const one of [null, 5, true, "text", undefined]) expect(live.scrubJson(one)).toBe(one);
});

test("a JSON value that is nested without end is dropped instead of failing", () => {
  const live = holding("hunter2-secret");
  const deep = (depth: number): unknown => JSON.parse(`${"[".repeat(depth)}"hunter2-secret"${"]".repeat(depth)}`);
  expect(live.scrubJson(deep(200_000))).toBeNull();
  expect(JSON.stringify(live.scrubJson(deep(50)))).not.toContain("hunter2");
});

test("__proto__ in a JSON value stays a name like any other", () => {
  const scrubbed = holding("hunter2-secret").scrubJson(JSON.parse('{"__proto__":{"polluted":"hunter2-secret"}}'));
  expect(Object.getPrototypeOf(scrubbed)).toBe(Object.prototype);
  expect(JSON.stringify(scrubbed)).toBe('{"__proto__":{"polluted":"[redacted]"}}');
});

test("no credential survives, wherever it stands in a text", () => {
  const credential = fc.string({ unit: fc.constantFrom(...Array.from('abcXYZ019!"#$%&+/=?\\~')), minLength: 8, maxLength: 60 });
  fc.assert(
    fc.property(credential, fc.string(), fc.string(), (value, before, after) => {
      const live = holding(value);
      expect(live.scrub(before + value + after)).not.toContain(value);
      expect(live.scrub(JSON.stringify({ before, value, after }))).not.toContain(JSON.stringify(value).slice(1, -1));
    }),
  );
});

test("a secret with a lone surrogate is hidden, and breaks nothing", () => {
  expect(holding("bad\ud800secret").scrub("it was bad\ud800secret")).toBe("it was [redacted]");
});
