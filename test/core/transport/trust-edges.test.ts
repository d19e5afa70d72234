import { writeFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type * as tls from "node:tls";
import { afterEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { trusting } from "../../../src/core/transport/trust.ts";

afterEach(() => {
  vi.unstubAllEnvs();
});

/** A runtime with these authorities, that tells of each context what it was made from and what was added. */
function runtimeWith(own: object) {
  const added: unknown[] = [];
  const inner = { addCACert: vi.fn(function (this: unknown, pem: unknown) { added.push([this === inner, pem]); }) };
  const createSecureContext = vi.fn((options?: object) => ({ context: inner, options }));
  const runtime = { rootCertificates: ["root"], createSecureContext, ...own };
  return { runtime: runtime as unknown as typeof tls, createSecureContext, added };
}

async function fileWith(text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "keylight-trust-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, "extra.pem");
  await writeFile(file, text);
  return file;
}

describe("a runtime that tells its authorities", () => {
  test("is asked, as itself, for those that it trusts by default, and the given one comes to them", async () => {
    const getCACertificates = vi.fn(function (this: unknown) { return this === runtime ? ["known", 5, "more"] : []; });
    const { runtime, createSecureContext } = runtimeWith({ getCACertificates });
    await trusting("given", runtime);
    expect(getCACertificates).toHaveBeenCalledWith("default");
    expect(createSecureContext.mock.calls).toEqual([[{ ca: ["known", "more", "given"] }]]);
  });
});

describe("a runtime that does not tell them", () => {
  test.each([
    ["has no such function", {}],
    ["has something else in its place", { getCACertificates: ["known"] }],
    ["tells what is no list", { getCACertificates: () => "known" }],
    ["tells an empty list", { getCACertificates: () => [] }],
    ["tells a list of no texts", { getCACertificates: () => [5, null] }],
  ])("and %s has the given one added to a copy of what it trusts", async (_what, own) => {
    vi.stubEnv("NODE_EXTRA_CA_CERTS", "");
    const { runtime, createSecureContext, added } = runtimeWith(own);
    expect(await trusting("given", runtime)).toBe(createSecureContext.mock.results[0]?.value);
    expect(createSecureContext.mock.calls).toEqual([[]]);
    expect(added).toEqual([[true, "given"]]);
  });

  test("has those of NODE_EXTRA_CA_CERTS added too, since a copy lacks them", async () => {
    vi.stubEnv("NODE_EXTRA_CA_CERTS", await fileWith("extra"));
    const { runtime, added } = runtimeWith({});
    await trusting("given", runtime);
    expect(added).toEqual([[true, "extra"], [true, "given"]]);
  });

  test("goes on without those of NODE_EXTRA_CA_CERTS where the file cannot be read", async () => {
    vi.stubEnv("NODE_EXTRA_CA_CERTS", join(tmpdir(), "keylight-no-such-file.pem"));
    const { runtime, added } = runtimeWith({});
    await trusting("given", runtime);
    expect(added).toEqual([[true, "given"]]);
  });

  test.each([["undefined", undefined], ["null", null], ["a function", () => undefined], ["an object without the function", {}], ["a number", 5]])(
    "and whose copy cannot be added to, since it is %s, trusts the list that it was built with, and the given one", async (_what, context) => {
      vi.stubEnv("NODE_EXTRA_CA_CERTS", await fileWith("extra"));
      const createSecureContext = vi.fn((_options?: object) => ({ context }));
      const { runtime } = runtimeWith({ createSecureContext });
      await trusting("given", runtime);
      expect(createSecureContext.mock.calls).toEqual([[], [{ ca: ["root", "extra", "given"] }]]);
    });
});
