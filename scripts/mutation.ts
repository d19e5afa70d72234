/**
 * Changes src/core in thousands of small ways and looks whether a test fails for each: `npm run test:mutation`, or one room by name.
 * Each room of the core meets the tests that are about it and no others, or a mutant of the hot path would run the whole suite.
 * Fails below the bar. Whole it takes hours on two cores; what was measured before and did not change since is taken over.
 * `--sample 3` changes a third of the lines, always the same ones, picked by a hash.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync, readdirSync, rmSync } from "node:fs";
import { parseArgs } from "node:util";

const BAR = 85;
const sessions = ["first-token", "live-session", "login", "manager", "rejected-tokens", "shared-sessions"];
const stores = ["file-document", "file-folder", "file-lock", "file-modules", "file-or-keyv", "file-place", "file-store", "keyv-place", "keyv-store", "memory-store", "store", "store-key"];
const inSession = (names: readonly string[]): string[] => names.map((name) => `src/core/session/${name}.ts`);

const rooms: Record<string, { mutate: readonly string[]; tests: string }> = {
  credentials: {
    mutate: [...filesIn("src/core"), ...filesIn("src/core/credentials")],
    tests: "test/{core/*,core/credentials/*,errors/*,diagnostics/*,lumar/{hostile,input}}.test.ts",
  },
  session: {
    mutate: inSession(sessions),
    tests: "test/{core/session/{background,first-token,gate,live-session,login,login-*,manager,manager-*,model,renewal,shared-sessions},lumar/{login,logout,session}}.test.ts",
  },
  stores: { mutate: inSession(stores), tests: "test/core/session/{file-or-keyv,file-store,keyv-store,memory-store,shared-sessions,store}.test.ts" },
  login: {
    mutate: filesIn("src/core/login"),
    tests: "test/{core/login/{device,loopback,oauth,provider},luminary/{attacks,cache,login,renewal},lumoauth/login}.test.ts",
  },
  transport: { mutate: filesIn("src/core/transport", "fetch.ts"), tests: "test/core/transport/*.test.ts" },
  fetch: { mutate: ["src/core/transport/fetch.ts"], tests: "test/core/transport/*.test.ts" },
};

interface Report {
  files: Record<string, { mutants: { status: string; static?: boolean }[] }>;
}

const { positionals, values } = parseArgs({ allowPositionals: true, options: { again: { type: "boolean", default: false }, sample: { type: "string", default: "1" } } });
const asked = positionals.length > 0 ? positionals : Object.keys(rooms);
const rows: { name: string; noticed: number; tried: number }[] = [];

for (const name of asked) {
  const room = rooms[name];
  if (room === undefined) throw new Error(`There is no room ${name}: ${Object.keys(rooms).join(", ")}`);
  const report = `reports/mutation-${name}.json`;
  rmSync(report, { force: true });
  const again = values.again ? ["--force"] : [];
  spawnSync("npx", ["stryker", "run", ...again], {
    stdio: "inherit",
    env: { ...process.env, MUTATION_ROOM: name, MUTATION_FILES: room.mutate.flatMap((file) => sampled(file, Number(values.sample))).join(), MUTATION_TESTS: room.tests },
  });
  const { files } = JSON.parse(readFileSync(report, "utf8")) as Report;
  for (const [file, { mutants }] of Object.entries(files)) {
    const count = (...statuses: string[]): number => mutants.filter((mutant) => statuses.includes(mutant.status)).length;
    const noticed = count("Killed", "Timeout");
    rows.push({ name: file, noticed, tried: noticed + count("Survived", "NoCoverage") });
  }
}

function filesIn(folder: string, except?: string): string[] {
  return readdirSync(folder).filter((name) => name.endsWith(".ts") && name !== except).map((name) => `${folder}/${name}`);
}

/** One in so many blocks of ten lines of a file, as ranges for Stryker. */
function sampled(file: string, oneIn: number): string[] {
  if (oneIn <= 1) return [file];
  const lines = readFileSync(file, "utf8").split("\n").length;
  const starts = Array.from({ length: Math.ceil(lines / 10) }, (_, block) => block * 10 + 1);
  const picked = starts.filter((start) => createHash("sha256").update(`${file}:${start}`).digest().readUInt32BE() % oneIn === 0);
  return picked.map((start) => `${file}:${start}-${start + 9}`);
}

const percent = (noticed: number, tried: number): string => (tried === 0 ? "-" : `${((100 * noticed) / tried).toFixed(1)} %`);
const sum = (key: "noticed" | "tried"): number => rows.reduce((total, row) => total + row[key], 0);
for (const row of rows) console.log(`${percent(row.noticed, row.tried).padStart(8)}  ${row.noticed}/${row.tried}  ${row.name}`);
console.log(`${percent(sum("noticed"), sum("tried"))} of ${sum("tried")} changes were noticed; the bar is ${BAR} %.`);
process.exitCode = sum("noticed") * 100 >= BAR * sum("tried") ? 0 : 1;
