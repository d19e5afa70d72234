export const formats = ["sh", "dotenv", "fish", "powershell"] as const;

/** Where lines are to be pasted. */
export type Format = (typeof formats)[number];

/** Variables as lines that can be pasted. */
export function envLines(env: Readonly<Record<string, string>>, format: Format): string[] {
  return Object.entries(env).map(([name, value]) => lines[format](name, value));
}

const lines: Record<Format, (name: string, value: string) => string> = {
  sh: (name, value) => `export ${name}=${isPlain(value) ? value : `'${value.replaceAll("'", "'\\''")}'`}`,
  dotenv: (name, value) => `${name}=${isPlain(value) ? value : `'${value}'`}`,
  fish: (name, value) => `set -gx ${name} ${isPlain(value) ? value : `'${value.replace(/['\\]/g, "\\$&")}'`}`,
  powershell: (name, value) => `$env:${name} = '${value.replaceAll("'", "''")}'`,
};

/** Whether no shell finds anything in it to act on. */
const isPlain = (value: string): boolean => /^[\w.:/@-]+$/.test(value);
