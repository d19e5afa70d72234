export { createFakeCloudTower } from "./cloudtower/fake.ts";
export type { FakeCloudTowerLogin } from "./cloudtower/login.ts";
export type { FakeCloudTowerError, FakeCloudTowerErrorKind, FakeCloudTowerOptions } from "./cloudtower/options.ts";
export type { FakeCloudTower, FakeCloudTowerApiKey, FakeCloudTowerUser, FakeCloudTowerUserInput } from "./cloudtower/surface.ts";
export { createFakeLumar, type FakeAccount, type FakeLumar, type FakeUserKey } from "./lumar/fake.ts";
export type { FakeLumarError, FakeLumarErrorKind, FakeLumarOptions, FakeLumarRateLimit } from "./lumar/options.ts";
export type {
  FakeLumarKeySnapshot,
  FakeLumarServiceAccountSnapshot,
  FakeLumarSession,
  FakeLumarSnapshot,
  FakeLumarUserSnapshot,
} from "./lumar/snapshot.ts";
export { createFakeLuminary, type FakeLuminary, type FakeLuminaryObject } from "./luminary/fake.ts";
export type { CreatedFakeLuminaryKey, FakeLuminaryKey, FakeLuminaryKeys } from "./luminary/keys.ts";
export type { FakeLuminaryError, FakeLuminaryErrorKind, FakeLuminaryOptions } from "./luminary/options.ts";
export { createFakeLumoAuth, type FakeLumoAuth, type FakeLumoAuthTenant, type FakeLumoAuthUser } from "./lumoauth/fake.ts";
export type { FakeLumoAuthOptions, FakeLumoAuthRateLimit } from "./lumoauth/options.ts";
export type { FakeServer } from "./shared/fake-server.ts";
export type { Fault } from "./shared/faults.ts";
export type { Around, Listening } from "./shared/http-server.ts";
export type { MswHandlers } from "./shared/msw.ts";
export type { RecordedRequest } from "./shared/pipeline.ts";
export { sessionStoreContract } from "./session-store/contract.ts";
export type { ContractCase } from "./session-store/assertions.ts";
