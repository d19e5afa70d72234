/** What a browser is told. It repeats nothing of the request, and holds nothing of the login. */
export interface Page {
  readonly status: number;
  readonly title: string;
  readonly text: string;
}

export const pages = {
  done: { status: 200, title: "Login received", text: "The login has come back to the program that asked for it. You can close this window." },
  refused: { status: 200, title: "Not logged in", text: "The login was not completed; the program that asked for it says why. You can close this window." },
  again: { status: 400, title: "Already answered", text: "This login has come back before. You can close this window." },
  foreign: { status: 400, title: "Not this login", text: "This is no answer to the login that is waited for." },
  nothing: { status: 404, title: "Nothing here", text: "There is nothing here." },
} satisfies Record<string, Page>;

/** The address of the page holds the code, so that it goes nowhere from here: not to a cache, not to another site, not into a frame. */
export const pageHeaders = {
  "content-type": "text/html; charset=utf-8",
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  connection: "close",
};

export function htmlOf({ title, text }: Page): string {
  return `<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>${title}</title></head><body><h1>${title}</h1><p>${text}</p></body></html>\n`;
}
