/**
 * Imports a package and prints, as JSON, what its modules did on the way: calls of functions that do I/O or start
 * timers, and reads of environment variables. Usage: node scripts/import-probe.mjs <url of an entry> <folder of the package>
 */
import { createRequire, syncBuiltinESMExports } from "node:module";

const [entry, folder] = process.argv.slice(2);
const require = createRequire(import.meta.url);
const seen = new Set();
const fromPackage = () => new Error().stack.includes(folder);

function watch(owner, name, label) {
  const original = owner[name];
  if (typeof original !== "function") return;
  owner[name] = function (...args) {
    if (fromPackage()) seen.add(label);
    return new.target === undefined ? original.apply(this, args) : Reflect.construct(original, args);
  };
}

const functionsOf = (module) => Object.keys(module).filter((name) => /^[a-z]/.test(name));
for (const id of ["fs", "fs/promises", "net", "tls", "http", "https", "dns", "dns/promises", "child_process", "timers", "timers/promises"]) {
  const module = require(`node:${id}`);
  for (const name of functionsOf(module)) watch(module, name, `${id}.${name}`);
}
for (const name of ["fetch", "setTimeout", "setInterval", "setImmediate", "queueMicrotask"]) watch(globalThis, name, name);
for (const name of ["log", "info", "warn", "error", "debug"]) watch(console, name, `console.${name}`);
watch(process, "emitWarning", "process.emitWarning");
syncBuiltinESMExports();

const { env } = process;
Object.defineProperty(process, "env", {
  get() {
    if (fromPackage()) seen.add("process.env");
    return env;
  },
});

await import(entry);
process.stdout.write(JSON.stringify([...seen]));
