import type { FakeLumar } from "keylight/testing";
import { callAtOnce } from "./calls.ts";
import { troubles } from "./faults.ts";
import { forwarderTo } from "./graphiql.ts";
import type { House } from "./house.ts";
import type { RequestLog } from "./log.ts";

/** What the page sent cannot be done. */
export class BadRequest extends Error {
  override readonly name = "BadRequest";
}

type Input = Readonly<Record<string, unknown>>;

/** Does what a button of the page asks for, and gives what to answer. */
export type Action = (input: Input) => unknown;

/** What the page can ask for, by name. */
export function createActions(houses: readonly House[], lumar: House & { readonly fake: FakeLumar }, log: RequestLog): ReadonlyMap<string, Action> {
  const houseOf = ({ service }: Input): House => found(houses.find(({ name }) => name === service), "service");
  return new Map<string, Action>([
    [
      "call",
      (input) => {
        const house = houseOf(input);
        const call = found(own(house.calls, text(input, "call")), "call");
        return callAtOnce(house, call, whole(input, "times", 100), log);
      },
    ],
    ["control", (input) => found(houseOf(input).controls.find(({ name }) => name === input["control"]), "control").run()],
    [
      "fail",
      (input) => {
        const { fault } = found(own(troubles, text(input, "trouble")), "trouble");
        houseOf(input).fake.failNext(Array.from({ length: whole(input, "times", 10) }, () => fault));
      },
    ],
    [
      "rate-limit",
      (input) => {
        const limit = input["off"] === true ? null : { requests: whole(input, "requests", 10_000), seconds: whole(input, "seconds", 3_600) };
        found(houseOf(input).rateLimit, "rate limit").set(limit);
      },
    ],
    ["clear", () => log.clear()],
    ["graphql", forwarderTo(lumar)],
  ]);
}

function found<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new BadRequest(`There is no such ${what}.`);
  return value;
}

function own<T>(values: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(values, name) ? values[name] : undefined;
}

function text(input: Input, name: string): string {
  const value = input[name];
  if (typeof value !== "string") throw new BadRequest(`${name} must be text.`);
  return value;
}

function whole(input: Input, name: string, most: number): number {
  const value = input[name];
  if (typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= most) return value;
  throw new BadRequest(`${name} must be a whole number from 1 to ${String(most)}.`);
}
