import { expect, onTestFinished, test, vi } from "vitest";
import { defaultClient, following } from "../../src/core/default-client.ts";

class Client {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
  hello(): string {
    return `hello from ${this.name}`;
  }
}
const isClient = (value: unknown): value is Client => value instanceof Client;

let slots = 0;
/** A slot of its own for each test, since slots last as long as the process. */
function slotOf(make = vi.fn(() => new Client("made"))) {
  const service = `test-${slots++}`;
  const slot = defaultClient(service, make, isClient);
  onTestFinished(() => { slot.set(undefined); });
  return { slot, make, service };
}
const pause = () => new Promise((resolve) => setTimeout(resolve, 5));

test("nothing is made before the first use, and then one that is kept", () => {
  const { slot, make } = slotOf();
  expect(make).not.toHaveBeenCalled();
  expect(slot.get()).toBe(slot.get());
  expect(make).toHaveBeenCalledOnce();
});

test("a client that fails to be made is tried again at the next use", () => {
  const make = vi.fn(() => new Client("made")).mockImplementationOnce(() => { throw new Error("no key"); });
  const { slot } = slotOf(make);
  expect(() => slot.get()).toThrow("no key");
  expect(slot.get().name).toBe("made");
});

test("set wins over the made one, and undefined resets to a new one", () => {
  const { slot, make } = slotOf();
  const first = slot.get();
  const mine = new Client("mine");
  slot.set(mine);
  expect(slot.get()).toBe(mine);
  slot.set(undefined);
  expect(slot.get()).not.toBe(first);
  expect(make).toHaveBeenCalledTimes(2);
});

test("a scope holds inside its function, across awaits, and nowhere else", async () => {
  const { slot } = slotOf();
  slot.set(new Client("process"));
  const inside = slot.within(new Client("scoped"), async () => {
    const before = slot.get().name;
    await pause();
    return [before, slot.get().name];
  });
  expect(slot.get().name).toBe("process");
  expect(await inside).toEqual(["scoped", "scoped"]);
  expect(slot.get().name).toBe("process");
});

test("scopes nest, side by side and one in the other, and hand on what the function gives or throws", async () => {
  const { slot } = slotOf();
  const one = (name: string) => slot.within(new Client(name), async () => {
    await pause();
    const inner = slot.within(new Client(`${name}-inner`), () => slot.get().name);
    return [slot.get().name, inner];
  });
  expect(await Promise.all([one("a"), one("b")])).toEqual([["a", "a-inner"], ["b", "b-inner"]]);
  expect(slot.within(new Client("x"), () => 5)).toBe(5);
  expect(() => slot.within(new Client("x"), () => { throw new Error("mine"); })).toThrow("mine");
});

test("a scope that uses its own client makes none for the process", () => {
  const { slot, make } = slotOf();
  slot.within(new Client("scoped"), () => slot.get());
  expect(make).not.toHaveBeenCalled();
});

test("services do not share their clients", () => {
  const [one, two] = [slotOf(), slotOf()];
  one.slot.set(new Client("one"));
  expect(two.slot.get().name).toBe("made");
  expect(one.slot.within(new Client("scoped"), () => two.slot.get().name)).toBe("made");
});

test("two copies of the package agree on the client and on its scopes", async () => {
  const { slot, service } = slotOf();
  vi.resetModules();
  const copy = await import("../../src/core/default-client.ts");
  expect(copy.defaultClient).not.toBe(defaultClient);
  const other = copy.defaultClient(service, () => new Client("of the other"), isClient);
  const mine = new Client("mine");
  slot.set(mine);
  expect(other.get()).toBe(mine);
  expect(slot.within(new Client("scoped"), () => other.get().name)).toBe("scoped");
  other.set(undefined);
  expect(other.get().name).toBe("of the other");
  expect(slot.get().name).toBe("of the other");
});

test("what another version left in the slot and is no client is not used", () => {
  const { slot } = slotOf();
  slot.set({ name: "stranger" } as Client);
  expect(slot.get().name).toBe("made");
  expect(slot.within({ name: "stranger" } as Client, () => slot.get().name)).toBe("made");
});

test("something foreign under the slot's symbol is replaced", () => {
  Object.defineProperty(globalThis, Symbol.for("keylight.default-client.test-foreign"), { value: 5, configurable: true });
  expect(defaultClient("test-foreign", () => new Client("made"), isClient).get().name).toBe("made");
});

test("a following object asks at the time of use, and binds methods", () => {
  let current = new Client("first");
  const object = following(() => current);
  expect(object.hello()).toBe("hello from first");
  const { hello } = object;
  current = new Client("second");
  expect(object.name).toBe("second");
  expect(object.hello()).toBe("hello from second");
  expect(hello()).toBe("hello from first");
});

test("inspecting, awaiting or spreading a following object makes no client", async () => {
  const target = vi.fn(() => new Client("made"));
  const object = following(target);
  await Promise.resolve(object);
  expect(String(Object.keys(object))).toBe("");
  expect(Object.prototype.toString.call(object)).toBe("[object Object]");
  await import("node:util").then(({ inspect }) => inspect(object));
  expect(target).not.toHaveBeenCalled();
});
