import { FaultQueue, type Fault } from "./faults.ts";
import { listen, type Around, type Listening } from "./http-server.ts";
import { createHandlers, type MswHandlers } from "./msw.ts";
import { createHandle, type RecordedRequest, type Service } from "./pipeline.ts";

/** What every fake of this package can do, whichever service it stands in for. */
export interface FakeServer {
  /**
   * Handlers for MSW's `setupServer` and `setupWorker`, for every request to the service.
   * @throws Error when it is read and msw, an optional peer, cannot be loaded.
   */
  readonly handlers: MswHandlers;
  /**
   * Answers one request: the one implementation behind `handlers` and `listen`. A dropped connection is `Response.error()`,
   * one that drops in the body a response whose body fails half-way.
   * @throws Error if a package that the fake needs, an optional peer, is not installed.
   */
  handle(request: Request): Promise<Response>;
  /**
   * Listens on 127.0.0.1.
   * @param options `port`: default any free one; `around`: goes around every request that the service is given, see {@link Around}.
   */
  listen(options?: { readonly port?: number; readonly around?: Around }): Promise<Listening>;
  /**
   * Lets the next request fail, or the next requests one after the other.
   * @throws RangeError for a status that no answer can have.
   */
  failNext(fault: Fault | readonly Fault[]): void;
  /** All requests to the service so far, also the refused ones, with their real headers. */
  readonly requests: readonly RecordedRequest[];
  /** Empties {@link FakeServer.requests}, for a server that runs for long. What it keeps otherwise stays. */
  forgetRequests(): void;
}

/** Where a fake is found. */
export interface Place {
  /** What the handlers answer on, as MSW writes it: whole URLs, `*` standing for anything. */
  readonly urls: readonly string[];
  /** What follows the origin in the URL that `listen` gives; empty for the origin alone. */
  readonly path: string;
  /**
   * Whether a listening server gives requests with this path to the service; for others it answers 404 and records nothing.
   * @defaultValue all paths
   */
  readonly serves?: (path: string) => boolean;
}

/** The surface of a fake around its service. */
export function createFakeServer(service: Service, { urls, path, serves = () => true }: Place): FakeServer {
  const faults = new FaultQueue();
  const requests: RecordedRequest[] = [];
  const handle = createHandle(service, faults, requests);
  let handlers: MswHandlers | undefined;
  return {
    get handlers() {
      return (handlers ??= createHandlers(urls, handle));
    },
    handle,
    listen: ({ port = 0, around = straight } = {}) => listen((request) => around(request, handle), { path, serves, port }),
    failNext: (fault) => {
      faults.add(isList(fault) ? fault : [fault]);
    },
    requests,
    forgetRequests: () => {
      requests.length = 0;
    },
  };
}

const straight: Around = (request, next) => next(request);

// `Array.isArray` does not narrow readonly arrays.
function isList(fault: Fault | readonly Fault[]): fault is readonly Fault[] {
  return Array.isArray(fault);
}
