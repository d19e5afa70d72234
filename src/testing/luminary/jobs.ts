/** A pipeline: what was posted, and what the server adds. */
export interface Pipeline {
  readonly id: string;
  readonly name: string;
  readonly created_at: string;
}

/** What a pipeline job is doing. */
export type JobStatus = "running" | "paused" | "cancelled";

/** One execution of a pipeline. */
export interface PipelineJob {
  readonly id: string;
  readonly pipeline_id: string;
  readonly name: string;
  readonly created_at: string;
  readonly status: JobStatus;
}

interface JobRecord {
  shown: PipelineJob;
  readonly runs: number;
  limits: Readonly<Record<string, unknown>>;
}

/** Pipelines and their jobs in the memory of one fake. Their members beyond name and id are not documented anywhere. */
export class Jobs {
  readonly #now: () => number;
  readonly #pipelines = new Map<string, Pipeline>();
  readonly #jobs = new Map<string, JobRecord>();
  // One counter for both: the id of one thing is then never that of another, and a mix-up cannot pass unseen.
  #made = 100;

  constructor(now: () => number) {
    this.#now = now;
  }

  addPipeline(posted: { readonly name: string }): Pipeline {
    const pipeline = { ...posted, id: `pipeline-${String(++this.#made)}`, created_at: this.#instant() };
    this.#pipelines.set(pipeline.id, pipeline);
    return pipeline;
  }

  pipelines(): Pipeline[] {
    return [...this.#pipelines.values()];
  }

  hasPipeline(id: string): boolean {
    return this.#pipelines.has(id);
  }

  /** Also deletes its jobs. */
  deletePipeline(id: string): void {
    this.#pipelines.delete(id);
    for (const job of this.jobsOf(id)) this.#jobs.delete(job.id);
  }

  addJob(pipelineId: string, name: string, runs: number): PipelineJob {
    const id = `job-${String(++this.#made)}`;
    const shown: PipelineJob = { id, pipeline_id: pipelineId, name, created_at: this.#instant(), status: "running" };
    this.#jobs.set(id, { shown, runs, limits: {} });
    return shown;
  }

  jobsOf(pipelineId: string): PipelineJob[] {
    return [...this.#jobs.values()].map(({ shown }) => shown).filter((job) => job.pipeline_id === pipelineId);
  }

  job(id: string): JobRecord | undefined {
    return this.#jobs.get(id);
  }

  deleteJob(id: string): void {
    this.#jobs.delete(id);
  }

  /** Whether the job was in one of these conditions, and is now in another. */
  change(job: JobRecord, from: readonly JobStatus[], to: JobStatus): boolean {
    if (!from.includes(job.shown.status)) return false;
    job.shown = { ...job.shown, status: to };
    return true;
  }

  #instant(): string {
    return new Date(this.#now()).toISOString();
  }
}
