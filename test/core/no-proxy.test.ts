import { afterEach, expect, test, vi } from "vitest";
import { readNoProxy } from "../../src/core/no-proxy.ts";

afterEach(() => vi.unstubAllGlobals());

const excepts = (list: string, target: string): boolean => readNoProxy(list)(new URL(target));

test.each([
  ["example.com", "https://example.com/"],
  ["example.com", "https://api.example.com/"],
  [".example.com", "https://api.example.com/"],
  [".example.com", "https://example.com/"],
  ["*.example.com", "https://a.b.example.com/"],
  ["EXAMPLE.com", "https://Api.Example.COM/"],
  ["example.com.", "https://example.com/"],
  ["example.com", "https://example.com./"],
  ["other.test, example.com", "https://example.com/"],
  ["other.test\texample.com\n", "https://example.com/"],
  [",,example.com,", "https://example.com/"],
  ["*", "https://anything.at.all/"],
  ["other.test,*", "https://10.0.0.1/"],
  ["example.com:443", "https://example.com/"],
  ["example.com:8443", "https://example.com:8443/"],
  ["example.com:80", "http://example.com/"],
  ["*:8443", "https://example.com:8443/"],
  ["10.1.2.3", "https://10.1.2.3/"],
  ["10.1.2.3:8443", "https://10.1.2.3:8443/"],
  ["10.1.2.3", "https://0x0a010203/"],
  ["10.0.0.0/8", "https://10.200.3.4/"],
  ["192.168.1.0/24", "https://192.168.1.255/"],
  ["0.0.0.0/0", "https://1.2.3.4/"],
  ["2001:db8::1", "https://[2001:DB8:0:0::1]/"],
  ["[2001:db8::1]", "https://[2001:db8::1]/"],
  ["[2001:db8::1]:8443", "https://[2001:db8::1]:8443/"],
  ["2001:0db8:0000::1", "https://[2001:db8::1]/"],
  ["fd00::/8", "https://[fd12::3]/"],
])("%j excepts %s", (list, target) => {
  expect(excepts(list, target)).toBe(true);
});

test.each([
  ["", "https://example.com/"],
  [" , ", "https://example.com/"],
  [".", "https://example.com/"],
  ["*.", "https://example.com/"],
  ["example.com", "https://notexample.com/"],
  ["example.com", "https://example.com.evil.test/"],
  ["api.example.com", "https://example.com/"],
  ["ex*mple.com", "https://example.com/"],
  ["example.com:443", "https://example.com:8443/"],
  ["example.com:443", "http://example.com/"],
  ["10.1.2.3", "https://10.1.2.30/"],
  ["2.3", "https://10.1.2.3/"],
  [".2.3", "https://10.1.2.3/"],
  ["10.0.0.0/8", "https://11.0.0.1/"],
  ["10.0.0.0/8", "https://10.example.com/"],
  ["10.0.0.0/99", "https://10.0.0.1/"],
  ["300.1.1.1", "https://10.0.0.1/"],
  ["fd00::/8", "https://[fe00::1]/"],
  ["fd00::/8", "https://10.0.0.1/"],
  ["0.0.0.0/0", "https://[fd00::1]/"],
  ["[2001:db8::1]:8443", "https://[2001:db8::1]/"],
  ["https://example.com", "https://example.com/"],
])("%j does not except %s", (list, target) => {
  expect(excepts(list, target)).toBe(false);
});

test("where networks cannot be computed, an address is taken as it is written", () => {
  vi.stubGlobal("process", undefined);
  expect([excepts("10.1.2.3", "https://10.1.2.3/"), excepts("10.0.0.0/8", "https://10.1.2.3/"), excepts("example.com", "https://example.com/")]).toEqual([true, false, true]);
});
