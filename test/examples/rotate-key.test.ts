import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Record<string, unknown>;
  readonly env?: Record<string, string>;
}

interface Workflow {
  readonly on: Record<string, unknown>;
  readonly permissions: unknown;
  readonly concurrency: unknown;
  readonly jobs: Record<string, { permissions: unknown; environment: unknown; "timeout-minutes": unknown; env?: unknown; steps: readonly Step[] }>;
}

const text = readFileSync(new URL("../../examples/github-actions/rotate-key.yml", import.meta.url), "utf8");
const workflow = parse(text) as Workflow;
const jobs = Object.values(workflow.jobs);
const steps = jobs.flatMap((job) => job.steps);
const scripts = steps.flatMap(({ run }) => run ?? []);

describe("the workflow that rotates a key", () => {
  test("is run by the clock or by hand, by nothing that others can set off, one at a time", () => {
    expect(Object.keys(workflow.on)).toEqual(["schedule", "workflow_dispatch"]);
    expect(workflow.on["schedule"]).toEqual([{ cron: expect.stringMatching(/^\d+ \d+ \d+ \* \*$/) }]);
    expect(workflow.concurrency).toBe("rotate-key");
  });

  test("has no more permissions than it takes to read the repository, and those of the environment", () => {
    expect(workflow.permissions).toEqual({});
    expect(jobs.map(({ permissions, environment }) => ({ permissions, environment }))).toEqual([{ permissions: { contents: "read" }, environment: "key-rotation" }]);
    expect(jobs.map((job) => typeof job["timeout-minutes"])).toEqual(["number"]);
    const inputs = steps.flatMap((step) => (step.with === undefined ? [] : [step.with]));
    expect(inputs.map((input) => input["persist-credentials"]).filter((value) => value !== undefined)).toEqual([false]);
    expect(inputs.flatMap((input) => Object.keys(input).filter((name) => name.startsWith("permission-")).map((name) => [name, input[name]]))).toEqual([["permission-secrets", "write"]]);
  });

  test("pins each action to a commit, and says which version that is", () => {
    const uses = text.split("\n").filter((line) => line.includes("uses:"));
    expect(uses).toHaveLength(3);
    for (const line of uses) expect(line).toMatch(/uses: actions\/[a-z-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  test("installs what the lock file says, and lets no package run a script", () => {
    expect(scripts[0]).toBe("npm ci --ignore-scripts");
    // Not from the registry, whatever it is there by now.
    for (const [command] of text.matchAll(/npx .*/g)) expect(command).toMatch(/^npx (--no keylight keys rotate|keylight)/);
  });

  test("gives secrets to the one step that needs them, by its environment, and puts none into a script", () => {
    expect(scripts.filter((script) => script.includes("${{"))).toEqual([]);
    expect(scripts.filter((script) => /\becho\b|\bprintf\b|\bcat\b|\bset -[a-z]*x|--print|--debug|_SECRET|GH_TOKEN/.test(script))).toEqual([]);
    expect(jobs.map(({ env }) => env)).toEqual([undefined]);
    const holders = steps.filter((step) => JSON.stringify(step).includes("secrets.")).map(({ uses, run }) => uses?.split("@")[0] ?? run?.slice(0, 16));
    expect(holders).toEqual(["actions/create-github-app-token", "npx --no keyligh"]);
  });
});
