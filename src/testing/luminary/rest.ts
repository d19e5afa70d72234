import { json, type Answer } from "../shared/answer.ts";
import { isRecord } from "../shared/json.ts";
import { bodyOf, type Received } from "../shared/received.ts";
import { success, type Refuse } from "./answers.ts";
import type { Jobs, JobStatus } from "./jobs.ts";

/** One operation of the API. */
interface Route {
  readonly name: string;
  readonly method: string;
  readonly path: RegExp;
  readonly run: (received: Received, ids: readonly string[]) => Answer;
}

/** What a request asks the API for. */
export interface RestCall {
  readonly operationName: string | undefined;
  readonly run: () => Answer;
}

const root = "/rest/v0";

/** Where the API's paths begin. */
export function isRestPath(path: string): boolean {
  return path.startsWith(`${root}/`);
}

/** Finds out what a request asks for. */
export function createRest(jobs: Jobs, refuse: Refuse): (received: Received) => RestCall {
  const routes = [...pipelineRoutes(jobs, refuse), ...jobRoutes(jobs, refuse), ...runRoutes(jobs, refuse)];
  return (received) => {
    const found = routes.filter(({ path }) => path.test(received.url.pathname));
    const route = found.find(({ method }) => method === received.method);
    if (route !== undefined) {
      const ids = route.path.exec(received.url.pathname)?.slice(1) ?? [];
      return { operationName: route.name, run: () => route.run(received, ids) };
    }
    const allow = found.map(({ method }) => method).join(", ");
    const answer = found.length === 0 ? refuse("notFound", "No such path.") : json(405, { message: "Method not allowed." }, { allow });
    return { operationName: undefined, run: () => answer };
  };
}

function pipelineRoutes(jobs: Jobs, refuse: Refuse): Route[] {
  const known = (use: (id: string) => unknown): Route["run"] => (_, [id = ""]) => {
    return jobs.hasPipeline(id) ? success(use(id)) : refuse("notFound", "No such pipeline.");
  };
  return [
    route("ListPipelines", "GET /pipelines", () => success(jobs.pipelines())),
    route("CreatePipeline", "POST /pipelines", (received) => {
      const body = bodyOf(received);
      if (!isRecord(body) || typeof body["name"] !== "string" || body["name"] === "") {
        return refuse("invalidInput", "A pipeline needs a name.");
      }
      return success(jobs.addPipeline({ ...body, name: body["name"] }));
    }),
    route("DeletePipeline", "DELETE /pipelines/{id}", known((id) => {
      jobs.deletePipeline(id);
      return {};
    })),
    route("ListPipelineJobs", "GET /pipelines/{id}/pipeline_jobs", known((id) => jobs.jobsOf(id))),
  ];
}

type Job = NonNullable<ReturnType<Jobs["job"]>>;

function withJob(jobs: Jobs, refuse: Refuse, use: (job: Job, received: Received, index: number) => Answer): Route["run"] {
  return (received, [id = "", index = "0"]) => {
    const job = jobs.job(id);
    return job === undefined ? refuse("notFound", "No such pipeline job.") : use(job, received, Number(index));
  };
}

function jobRoutes(jobs: Jobs, refuse: Refuse): Route[] {
  const withIt = (use: (job: Job, received: Received) => Answer): Route["run"] => withJob(jobs, refuse, use);
  const change = (from: readonly JobStatus[], to: JobStatus): Route["run"] =>
    withIt((job) => (jobs.change(job, from, to) ? success(job.shown) : refuse("conflict", `The pipeline job is ${job.shown.status}.`)));
  return [
    route("DeletePipelineJob", "DELETE /pipeline_jobs/{id}", withIt((job) => {
      jobs.deleteJob(job.shown.id);
      return success({});
    })),
    route("GetConcurrencyLimits", "GET /pipeline_jobs/{id}/concurrency_limits", withIt((job) => success(job.limits))),
    route("SetConcurrencyLimits", "PUT /pipeline_jobs/{id}/concurrency_limits", withIt((job, received) => {
      const body = bodyOf(received);
      if (!isRecord(body)) return refuse("invalidInput", "The limits must be a JSON object.");
      job.limits = body;
      return success(body);
    })),
    route("CancelPipelineJob", "POST /pipeline_jobs/{id}/cancel", change(["running", "paused"], "cancelled")),
    route("PausePipelineJob", "POST /pipeline_jobs/{id}/pause", change(["running"], "paused")),
    route("ResumePipelineJob", "POST /pipeline_jobs/{id}/resume", change(["paused"], "running")),
  ];
}

function runRoutes(jobs: Jobs, refuse: Refuse): Route[] {
  const logs = (whose: string): Answer => success([{ message: `${whose} started` }]);
  const withRun = (use: (whose: string) => Answer): Route["run"] =>
    withJob(jobs, refuse, ({ shown, runs }, _, index) => (index < runs ? use(`${shown.id} run ${String(index)}`) : refuse("notFound", "No such run.")));
  return [
    route("ListRuns", "GET /pipeline_jobs/{id}/runs", withJob(jobs, refuse, ({ runs }) => success(Array.from({ length: runs }, (_, idx) => ({ idx }))))),
    route("ListJobLogs", "GET /pipeline_jobs/{id}/logs", withJob(jobs, refuse, ({ shown }) => logs(shown.id))),
    route("ListJobArtifacts", "GET /pipeline_jobs/{id}/artifacts", withJob(jobs, refuse, () => success([]))),
    route("ListRunLogs", "GET /pipeline_jobs/{id}/runs/{idx}/logs", withRun(logs)),
    route("ListRunArtifacts", "GET /pipeline_jobs/{id}/runs/{idx}/artifacts", withRun(() => success([]))),
    route("ListRunTasks", "GET /pipeline_jobs/{id}/runs/{idx}/tasks", withRun((whose) => success([{ name: `${whose} task` }]))),
  ];
}

/** A route from the way the documents write it. */
function route(name: string, what: string, run: Route["run"]): Route {
  const [method = "", template = ""] = what.split(" ");
  const pattern = template.replace("{id}", "([^/]+)").replace("{idx}", String.raw`(\d+)`);
  return { name, method, path: new RegExp(`^${root}${pattern}$`), run };
}
