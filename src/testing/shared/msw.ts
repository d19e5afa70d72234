/**
 * A list of MSW's request handlers, to be passed on to MSW: `setupServer(...handlers)`. Its elements are typed `never`, which
 * fits any parameter, because naming MSW's class would break the type check of those who do not have msw installed, and no
 * other type fits a class with private members.
 */
export type MswHandlers = never[];

/**
 * Handlers for MSW that give every request to one of `urls` to `handle`.
 * @throws Error if msw cannot be loaded.
 */
export function createHandlers(urls: readonly string[], handle: (request: Request) => Promise<Response>): MswHandlers {
  const { http } = loadMsw();
  return urls.map((url) => http.all(url, ({ request }) => handle(request)) as never);
}

type Msw = Pick<typeof import("msw"), "http">;

// Not a static import: `node:module` does not exist in browsers, where the rest of this package works.
function loadMsw(): Msw {
  try {
    const { createRequire } = process.getBuiltinModule("node:module");
    // msw exports `module-sync`, so this is the very instance that `import` gives.
    const loaded: unknown = createRequire(import.meta.url)("msw");
    if (!isMsw(loaded)) throw new TypeError("The package msw has no export `http`: version 2 is needed.");
    return loaded;
  } catch (cause) {
    throw new Error(
      "`handlers` needs msw 2: npm install --save-dev msw. Where it is installed but cannot be loaded from here, such as in a " +
        "browser, pass http.all(url, ({ request }) => fake.handle(request)) to MSW instead.",
      { cause },
    );
  }
}

function isMsw(value: unknown): value is Msw {
  return typeof value === "object" && value !== null && "http" in value;
}
