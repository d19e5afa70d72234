export { createFakeLumar, type FakeAccount, type FakeLumar, type FakeUserKey } from "./lumar/fake.ts";
export type { FakeLumarError, FakeLumarErrorKind, FakeLumarOptions } from "./lumar/options.ts";
export type { Fault } from "./faults.ts";
export type { Listening } from "./http-server.ts";
export type { MswHandlers } from "./msw.ts";
export type { RecordedRequest } from "./pipeline.ts";
export { sessionStoreContract } from "./session-store/contract.ts";
export type { ContractCase } from "./session-store/assertions.ts";
