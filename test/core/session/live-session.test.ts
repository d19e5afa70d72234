import { describe, expect, it } from "vitest";
import { isoTime, liveSession } from "../../../src/core/session/live-session.ts";
import { storableCanary } from "../../oracle/oracle.ts";
import { begun, day, hour, lifetime, origin } from "./manager-support.ts";

const token = storableCanary("token-of-a-live-session");
const obtainedAt = new Date(begun).toISOString();
const options = { origin, generation: 3, adopted: true, lifetime, margin: 5 * hour };

describe("a stored session as it is used", () => {
  it("carries its token in the header of its origin, and knows which it is and where it came from", () => {
    expect(liveSession({ token, obtainedAt }, options).authorization).toEqual({ header: "x-session", prefix: "Token ", value: token, generation: 3, adopted: true });
  });

  it("has been of no use and no harm yet", () => {
    expect(liveSession({ token, obtainedAt }, options)).toMatchObject({ rejected: false, accepted: false, obtainedAt: begun });
  });

  it("lives as long as its service says in general where its login does not say", () => {
    expect(liveSession({ token, obtainedAt }, options)).toMatchObject({ lifetime, refreshAfter: lifetime - 5 * hour });
  });

  it("lives as long as its login said, though that is longer than in general", () => {
    expect(liveSession({ token, obtainedAt, expiresAt: isoTime(begun + 90 * day) }, options)).toMatchObject({ lifetime: 90 * day, refreshAfter: 90 * day - 5 * hour });
  });

  it("is refreshed at the earliest when half of its life is over", () => {
    expect(liveSession({ token, obtainedAt, expiresAt: isoTime(begun + hour) }, options)).toMatchObject({ lifetime: hour, refreshAfter: hour / 2 });
    expect(liveSession({ token, obtainedAt, expiresAt: isoTime(begun + 12 * hour) }, options)).toMatchObject({ refreshAfter: 7 * hour });
  });

  it.each([["before it began", -hour], ["when it began", 0]])("lives as long as in general where its end is said to have been %s, which is nonsense", (_name, after) => {
    expect(liveSession({ token, obtainedAt, expiresAt: isoTime(begun + after) }, options)).toMatchObject({ lifetime });
  });

  it("that was made for a single millisecond lives for one", () => {
    expect(liveSession({ token, obtainedAt, expiresAt: isoTime(begun + 1) }, options)).toMatchObject({ lifetime: 1, refreshAfter: 0.5 });
  });
});
