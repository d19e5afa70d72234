import { ConfigurationError } from "../../errors/index.ts";
import { revealed, type Secret } from "../secret.ts";

const visibleAscii = /^[\x21-\x7e]{1,4096}$/;
const outerWhiteSpace = /^[\t\n\f\r ]+|[\t\n\f\r ]+$/g;

/** Without the ASCII white space around it. Other white space stays, since no header can carry it. */
export function trimAscii(text: string): string {
  return text.replace(outerWhiteSpace, "");
}

/** Whether a header can carry the text as a credential: visible ASCII, 1 to 4,096 characters. */
export function isCredentialText(text: unknown): text is string {
  return typeof text === "string" && visibleAscii.test(text);
}

/**
 * A credential as it goes into a header: trimmed, visible ASCII, 1 to 4,096 characters.
 *
 * @param name - the option or variable to name in the error; the value is never named.
 * @throws {@link ConfigurationError} for anything else.
 */
export function credentialText(value: string | Secret, name: string): string {
  const raw: unknown = revealed(value) ?? value;
  if (typeof raw !== "string") throw new ConfigurationError(`${name} must be a string or a Secret`);
  const text = trimAscii(raw);
  const fault = faultOf(text);
  if (fault !== undefined) throw new ConfigurationError(`${name} ${fault}`, { hint: `Set ${name} to the bare credential.` });
  return text;
}

function faultOf(text: string): string | undefined {
  if (text === "") return "is empty";
  if (text === "undefined" || text === "null") return `is the text "${text}", so it was not set where it was made`;
  if (/^bearer\s/i.test(text)) return 'begins with "Bearer ", which is no part of the credential';
  if (!isCredentialText(text)) return "holds white space, a line break or a character that no header can carry, or is longer than 4096 characters";
  return undefined;
}
