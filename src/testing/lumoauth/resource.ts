import { json, type Answer } from "../shared/answer.ts";
import { jsonBody, type Call, type Route } from "./call.ts";
import { Fields } from "./fields.ts";
import { listAnswer } from "./lists.ts";
import type { Settings } from "./options.ts";
import type { TenantRecord } from "./records.ts";
import { Refusal } from "./refusal.ts";

/** What the resources of the admin API differ in. */
export interface Resource<T> {
  /** The segment of the path. */
  readonly path: string;
  /** What messages call one of them. */
  readonly label: string;
  /** What the details of a 404 call its id. */
  readonly idName: string;
  all(tenant: TenantRecord): Iterable<T>;
  find(tenant: TenantRecord, id: string): T | undefined;
  view(record: T, tenant: TenantRecord): object;
  /** The texts that `search` looks at. */
  searched(record: T): readonly (string | null)[];
  /** Whether the filters of a list let it through. */
  passes(record: T, query: URLSearchParams): boolean;
  /** Makes one. @returns it, and what only this one answer shows. */
  create(tenant: TenantRecord, fields: Fields): { readonly record: T; readonly once?: object };
  /** Changes the fields that are given. */
  update(record: T, tenant: TenantRecord, fields: Fields): void;
  delete(record: T, tenant: TenantRecord): void;
}

/** The object that the path names. @throws Refusal 404 */
export function named<T>(resource: Resource<T>, { tenant, id }: Call): T {
  const found = resource.find(tenant, id);
  if (found === undefined) throw notFound(resource, id);
  return found;
}

/** The documented refusal of an id that nothing has. */
export function notFound({ label, idName }: Pick<Resource<never>, "label" | "idName">, id: string): Refusal {
  return new Refusal(404, "resource_not_found", `${label} not found`, { details: { [idName]: id } });
}

/** The documented refusal of what must be unique. */
export function duplicate(label: string, field: string): Refusal {
  return new Refusal(409, "duplicate_resource", `${label} with this ${field} already exists`);
}

/** The five endpoints that every resource has. */
export function createResourceRoutes<T>(resource: Resource<T>, settings: Settings): Route[] {
  const { path, label } = resource;
  const fieldsOf = (call: Call): Fields => new Fields(jsonBody(call), settings.validationStatus);
  const create = (call: Call): Answer => {
    const { record, once } = resource.create(call.tenant, fieldsOf(call));
    return json(201, { data: { ...resource.view(record, call.tenant), ...once }, message: `${label} created successfully` });
  };
  const update = (call: Call): Answer => {
    const record = named(resource, call);
    resource.update(record, call.tenant, fieldsOf(call));
    return json(200, { data: resource.view(record, call.tenant), message: `${label} updated successfully` });
  };
  const remove = (call: Call): Answer => {
    resource.delete(named(resource, call), call.tenant);
    return deleted(settings, `${label} deleted successfully`);
  };
  return [
    { methods: ["GET"], path: `/admin/${path}`, handle: (call) => list(call, resource, settings) },
    { methods: ["POST"], path: `/admin/${path}`, handle: create },
    { methods: ["GET"], path: `/admin/${path}/{id}`, handle: (call) => json(200, { data: resource.view(named(resource, call), call.tenant) }) },
    { methods: ["PUT", "PATCH"], path: `/admin/${path}/{id}`, handle: update },
    { methods: ["DELETE"], path: `/admin/${path}/{id}`, handle: remove },
  ];
}

/** An endpoint that does something to one object, and answers the object. */
export function actionRoute<T>(
  resource: Resource<T>,
  [method, action]: readonly ["POST" | "PUT", string],
  settings: Settings,
  act: (record: T, fields: Fields, tenant: TenantRecord) => void,
): Route {
  return {
    methods: [method],
    path: `/admin/${resource.path}/{id}/${action}`,
    handle: (call) => {
      const record = named(resource, call);
      // Some actions need no body; those that do find their field missing.
      const body = call.request.text === "" ? {} : jsonBody(call);
      act(record, new Fields(body, settings.validationStatus), call.tenant);
      return json(200, { data: resource.view(record, call.tenant), message: `${resource.label} updated successfully` });
    },
  };
}

/** The answer to a deletion. */
export function deleted({ deletion }: Settings, message: string): Answer {
  return deletion === 204 ? { status: 204, body: "", headers: {} } : json(200, { message });
}

function list<T>(call: Call, resource: Resource<T>, settings: Settings): Answer {
  const query = call.request.url.searchParams;
  const search = query.get("search")?.toLowerCase() ?? "";
  const isFound = (record: T): boolean => resource.searched(record).some((text) => text?.toLowerCase().includes(search));
  const found = [...resource.all(call.tenant)].filter((record) => isFound(record) && resource.passes(record, query));
  return listAnswer(call, settings, found.map((record) => resource.view(record, call.tenant)));
}

/** Whether a filter of true or false lets a value through; one that says neither is no filter. */
export function passesFlag(query: URLSearchParams, name: string, value: boolean): boolean {
  const wanted = query.get(name);
  return (wanted !== "true" && wanted !== "false") || String(value) === wanted;
}

/** An instant as the API writes it. */
export function instant(time: number): string {
  return new Date(time).toISOString().replace(/\.\d{3}Z$/, "Z");
}

/** The one of these that has this slug. */
export function bySlug<T extends { readonly slug: string }>(all: ReadonlyMap<string, T>, slug: string): T | undefined {
  return [...all.values()].find((one) => one.slug === slug);
}
