import { describe, expect, test } from "vitest";
import type { Fault } from "keylight/testing";
import { api, authorization, authorize, createClockedFake, createPkce, getCode, login, logIn, refresh, rest, start, token, withKey } from "./fake-luminary-support.ts";

/** A fake, and calls with its key. */
function furnished() {
  const { fake, clock } = createClockedFake();
  const call = (what: string, body?: unknown) => rest(fake, what.replace("{pipeline}", fake.pipeline.id).replace("{job}", fake.pipelineJob.id), withKey(fake.apiKey), body);
  return { fake, clock, call };
}

describe("the API", () => {
  test.each<[string, unknown]>([
    ["GET /pipelines", [{ id: expect.any(String), name: "Example pipeline", created_at: new Date(start).toISOString() }]],
    ["GET /pipelines/{pipeline}/pipeline_jobs", [{ id: expect.any(String), name: "Example job", status: "running" }]],
    ["DELETE /pipelines/{pipeline}", {}],
    ["DELETE /pipeline_jobs/{job}", {}],
    ["GET /pipeline_jobs/{job}/runs", [{ idx: 0 }]],
    ["GET /pipeline_jobs/{job}/logs", [{ message: expect.any(String) }]],
    ["GET /pipeline_jobs/{job}/artifacts", []],
    ["GET /pipeline_jobs/{job}/concurrency_limits", {}],
    ["POST /pipeline_jobs/{job}/cancel", { status: "cancelled" }],
    ["POST /pipeline_jobs/{job}/pause", { status: "paused" }],
    ["GET /pipeline_jobs/{job}/runs/0/logs", [{ message: expect.any(String) }]],
    ["GET /pipeline_jobs/{job}/runs/0/artifacts", []],
    ["GET /pipeline_jobs/{job}/runs/0/tasks", [{ name: expect.any(String) }]],
  ])("answers %s", async (what, data) => {
    const { call } = furnished();
    const { status, body, headers } = await call(what);
    expect([status, headers.get("content-type")]).toEqual([200, "application/json; charset=utf-8"]);
    expect(body).toMatchObject({ data });
    expect(Object.keys(body)).toEqual(["data"]);
  });

  test.each([
    "DELETE /pipelines/none",
    "GET /pipelines/none/pipeline_jobs",
    "GET /pipeline_jobs/none/runs",
    "POST /pipeline_jobs/{pipeline}/cancel",
    "GET /pipeline_jobs/{job}/runs/1/logs",
    "GET /pipeline_jobs/{job}/runs/x/logs",
    "GET /pipeline_jobs/{job}/other",
    "GET /other",
    "GET /pipelines/",
  ])("answers %s with 404", async (what) => {
    const { call } = furnished();
    expect(await call(what)).toMatchObject({ status: 404, body: { message: expect.any(String) } });
  });

  test.each([
    ["PUT /pipelines", "GET, POST"],
    ["GET /pipelines/{pipeline}", "DELETE"],
    ["GET /pipeline_jobs/{job}/cancel", "POST"],
    ["DELETE /pipeline_jobs/{job}/concurrency_limits", "GET, PUT"],
  ])("answers %s with 405", async (what, allow) => {
    const { call } = furnished();
    const { status, headers } = await call(what);
    expect([status, headers.get("allow")]).toEqual([405, allow]);
  });

  test("keeps what is posted, and makes its own id", async () => {
    const { call } = furnished();
    const { body } = await call("POST /pipelines", { id: "mine", name: "New", definition: { a: [1] } });
    expect(body.data).toMatchObject({ name: "New", definition: { a: [1] } });
    expect(body.data.id).not.toBe("mine");
    expect((await call("GET /pipelines")).body.data).toContainEqual(body.data);
  });

  test.each([[], {}, { name: "" }, { name: 1 }, null])("makes no pipeline of %j", async (body) => {
    const { call } = furnished();
    expect((await call("POST /pipelines", body)).status).toBe(400);
    expect((await call("GET /pipelines")).body.data).toHaveLength(1);
  });

  test("deletes a pipeline with its jobs, and no others", async () => {
    const { fake, call } = furnished();
    const { body } = await call("POST /pipelines", { name: "Other" });
    const job = fake.createPipelineJob({ pipelineId: body.data.id, name: "kept", runs: 2 });
    await call("DELETE /pipelines/{pipeline}");
    expect((await call("GET /pipelines")).body.data).toMatchObject([{ name: "Other" }]);
    expect((await call("GET /pipeline_jobs/{job}/runs")).status).toBe(404);
    expect((await call(`GET /pipeline_jobs/${job.id}/runs`)).body.data).toEqual([{ idx: 0 }, { idx: 1 }]);
    expect(() => fake.createPipelineJob()).toThrow(/no pipeline/);
  });

  test("deletes a job", async () => {
    const { fake, call } = furnished();
    const other = fake.createPipelineJob();
    await call("DELETE /pipeline_jobs/{job}");
    expect((await call("GET /pipelines/{pipeline}/pipeline_jobs")).body.data).toMatchObject([other]);
  });

  test("lets a job do what its status allows, else answers 409", async () => {
    const { call } = furnished();
    const statuses = [];
    for (const change of ["resume", "pause", "pause", "resume", "pause", "cancel", "cancel", "resume"]) {
      statuses.push((await call(`POST /pipeline_jobs/{job}/${change}`)).status);
    }
    expect(statuses).toEqual([409, 200, 409, 200, 200, 200, 409, 409]);
  });

  test("keeps a job's limits", async () => {
    const { call } = furnished();
    const limits = { simulations: 3 };
    expect((await call("PUT /pipeline_jobs/{job}/concurrency_limits", limits)).body).toEqual({ data: limits });
    expect((await call("PUT /pipeline_jobs/{job}/concurrency_limits", [1])).status).toBe(400);
    expect((await call("GET /pipeline_jobs/{job}/concurrency_limits")).body).toEqual({ data: limits });
  });
});

describe("on demand the API answers", () => {
  test.each<[string, Fault, string | object]>([
    ["403", { status: 403, body: { detail: "no" } }, { detail: "no" }],
    ["404", { status: 404, body: { error: { message: "no" } } }, { error: { message: "no" } }],
    ["409", { status: 409, body: { error: "no" } }, { error: "no" }],
    ["429 with Retry-After", { status: 429, headers: { "retry-after": "7" } }, ""],
    ["500", { status: 500 }, ""],
    ["502 as HTML", { status: 502 }, expect.stringContaining("<html>")],
    ["200 as HTML", { body: "<html>please log in</html>" }, "<html>please log in</html>"],
    ["a redirect to another host", { status: 307, headers: { location: "https://elsewhere.example/" } }, ""],
    ["401 in its own form", { status: 401 }, { message: "The API key is not valid." }],
  ])("%s", async (_, fault, body) => {
    const { fake, call } = furnished();
    fake.failNext(fault);
    const answer = await call("GET /pipelines");
    expect(answer).toMatchObject({ status: fault.status ?? 200, body });
    for (const [name, value] of Object.entries(fault.headers ?? {})) expect(answer.headers.get(name)).toBe(value);
    expect((await call("GET /pipelines")).status).toBe(200);
  });

  test("401 to a token in its own form", async () => {
    const { fake } = furnished();
    fake.failNext({ status: 401 });
    expect(await rest(fake, "GET /pipelines", { authorization: "Bearer x" })).toMatchObject({ status: 401, body: { message: "The access token is not valid." } });
  });

  test("a body that is cut in the middle", async () => {
    const { fake } = furnished();
    fake.failNext({ drop: "body" });
    const response = await fake.handle(new Request(`${api}/rest/v0/pipelines`, { headers: withKey(fake.apiKey) }));
    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toThrow("dropped");
  });

  test("nothing, before or after it has done as asked", async () => {
    const { fake, call } = furnished();
    for (const [drop, count] of [["before", 1], ["after", 2]] as const) {
      fake.failNext({ drop, method: "POST" });
      const init = { method: "POST", headers: { ...withKey(fake.apiKey), "content-type": "application/json" }, body: '{"name":"n"}' };
      expect((await fake.handle(new Request(`${api}/rest/v0/pipelines`, init))).type).toBe("error");
      expect((await call("GET /pipelines")).body.data).toHaveLength(count);
    }
  });
});

describe("the two hosts", () => {
  test("have each their own paths, and any other host has both", async () => {
    const { fake } = furnished();
    const status = async (url: string) => (await fake.handle(new Request(url, { headers: withKey(fake.apiKey) }))).status;
    expect([await status(`${login}/rest/v0/pipelines`), await status(`${api}/authorize`), await status(`${api}/oauth/token`)]).toEqual([404, 404, 404]);
    expect([await status(`${login}/authorize`), await status(`${login}/oauth/token`), await status(`${api}/other`)]).toEqual([400, 405, 404]);
    const other = "http://127.0.0.1:1";
    expect([await status(`${other}/rest/v0/pipelines`), await status(`${other}/authorize`), await status(`${other}/oauth/token`)]).toEqual([200, 400, 405]);
  });

  test("are one where both domains are the same", async () => {
    const { fake } = createClockedFake({ domain: "all.example", authDomain: "all.example" });
    const status = async (path: string) => (await fake.handle(new Request(`https://all.example${path}`, { headers: withKey(fake.apiKey) }))).status;
    expect([await status("/rest/v0/pipelines"), await status("/authorize")]).toEqual([200, 400]);
    expect([fake.domain, fake.auth]).toEqual(["all.example", { domain: "all.example", clientId: "keylight-fake-client", audience: "https://all.example" }]);
  });
});

test("the record tells operation, place and body of every request, in order", async () => {
  const { fake, clock, call } = furnished();
  await call("POST /pipelines", { name: "New" });
  clock.time += 5;
  await call("GET /pipeline_jobs/{job}/runs/0/logs");
  await call("GET /other");
  await authorize(fake, authorization(fake, createPkce().challenge));
  await token(fake, await getCode(fake), "form");
  await refresh(fake, (await logIn(fake)).refreshToken);
  expect(fake.requests.slice(0, 6)).toMatchObject([
    { operationName: "CreatePipeline", method: "POST", path: "/rest/v0/pipelines", body: { name: "New" }, status: 200, at: start, headers: { "x-api-key": fake.apiKey } },
    { operationName: "ListRunLogs", method: "GET", status: 200, at: start + 5 },
    { operationName: undefined, path: "/rest/v0/other", status: 404 },
    { operationName: "Authorize", path: "/authorize", status: 302 },
    { operationName: "Authorize", status: 302 },
    { operationName: "RedeemCode", method: "POST", path: "/oauth/token", body: { grant_type: "authorization_code" }, status: 200 },
  ]);
  expect(fake.requests.at(-1)).toMatchObject({ operationName: "RefreshTokens", body: { grant_type: "refresh_token" } });
});
