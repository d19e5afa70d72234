import { task, transport } from "../../faults/programs/task.ts";
import { houses } from "../houses.ts";

// A script as users write it: one call with a key and one with a session that has to be renewed, no close().
const { name, base, key, token, secret } = task<{ name: string; base: string; key: string; token: string; secret: string }>();
const house = houses.find((one) => one.name === name);
if (house === undefined) throw new Error(`there is no house ${name}`);
const [given] = house.given;
await house.make({ ...house.at(base), ...transport, ...given.more, [given.option]: key }).read();
await house.make({ ...house.at(base), ...transport, ...house.sessions.options({ base, token, secret }) }).write();
