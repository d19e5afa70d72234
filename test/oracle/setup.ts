import { afterEach, beforeEach } from "vitest";
import { finishCase, startCase } from "./oracle.ts";
import { watch } from "./watch.ts";

// After every case of the suite: no secret shows in any error, event or line that keylight told.
await watch();
beforeEach(startCase);
afterEach(finishCase);
