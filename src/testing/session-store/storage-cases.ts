import { check, checkStored, session, type SessionStore } from "./assertions.ts";

/** A case's name and what it does with a new store. */
export type Cases = Readonly<Record<string, (store: SessionStore) => Promise<void>>>;

// Names that mean something to JavaScript objects, to file systems or to stores that join their keys.
const specialKeys = ["__proto__", "constructor", "toString", "a/b", "../a", "a:b", "CON", "a b", "\u00fc\u{1f511}"];

/** Keeping, replacing and giving back. */
export const storageCases: Cases = {
  "get gives undefined for an unknown key": async (store) => {
    await checkStored(store, "unknown", undefined);
  },

  "get gives what was set": async (store) => {
    const full = { ...session('token with "quotes", \n and \u00fc'), expiresAt: "2024-06-05T07:08:09.010Z" };
    await store.set("key", full);
    await checkStored(store, "key", full);
    await store.set("other", session("without expiresAt"));
    await checkStored(store, "other", session("without expiresAt"));
  },

  "set replaces the session of before": async (store) => {
    await store.set("key", { ...session("first"), expiresAt: "2024-06-05T07:08:09.010Z" });
    await store.set("key", session("second"));
    await checkStored(store, "key", session("second"));
  },

  "keys do not mix": async (store) => {
    const keys = ["key", "Key", "key ", "key2", "ke"];
    for (const key of keys) await store.set(key, session(`token of ${key}`));
    await store.delete("key2");
    for (const key of keys) await checkStored(store, key, key === "key2" ? undefined : session(`token of ${key}`));
  },

  "sessions set at the same time are all kept": async (store) => {
    const keys = Array.from({ length: 10 }, (_, index) => `key ${String(index)}`);
    await Promise.all(keys.map((key) => store.set(key, session(`token of ${key}`))));
    for (const key of keys) await checkStored(store, key, session(`token of ${key}`));
  },

  "special names are keys like any other": async (store) => {
    for (const key of specialKeys) await checkStored(store, key, undefined);
    for (const key of specialKeys) await store.set(key, session(`token of ${key}`));
    for (const key of specialKeys) await checkStored(store, key, session(`token of ${key}`));
    for (const key of specialKeys) await store.delete(key);
    for (const key of specialKeys) await checkStored(store, key, undefined);
  },

  "very long keys work and do not mix": async (store) => {
    const long = "k".repeat(10_000);
    await store.set(`${long}1`, session("first"));
    await store.set(`${long}2`, session("second"));
    await checkStored(store, `${long}1`, session("first"));
    await checkStored(store, `${long}2`, session("second"));
  },

  "sessions are copied on their way in and out": async (store) => {
    const given = session("token");
    await store.set("key", given);
    given.token = "changed after set";
    await checkStored(store, "key", session("token"));
    const got = await store.get("key");
    check(got !== undefined, "get gave undefined for a session that was set.");
    try {
      got.token = "changed after get";
    } catch {
      // A frozen object is as good as a copy.
    }
    await checkStored(store, "key", session("token"));
  },
};

/** Deleting, also under a condition. */
export const deletionCases: Cases = {
  "delete removes the session": async (store) => {
    await store.set("key", session("token"));
    await store.delete("key");
    await checkStored(store, "key", undefined);
  },

  "delete of an unknown key does nothing": async (store) => {
    await store.delete("unknown");
    await store.delete("unknown", "token");
    await checkStored(store, "unknown", undefined);
  },

  "delete with the token of another session keeps this one": async (store) => {
    await store.set("key", session("new token"));
    await store.delete("key", "old token");
    await checkStored(store, "key", session("new token"));
  },

  "delete with the token of this session removes it": async (store) => {
    await store.set("key", session("token"));
    await store.delete("key", "token");
    await checkStored(store, "key", undefined);
  },
};
