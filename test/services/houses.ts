import type { House } from "./house.ts";
import { cloudTowerOverGraphQL, cloudTowerOverRest } from "./houses/cloudtower.ts";
import { luminary } from "./houses/luminary.ts";
import { lumar } from "./houses/lumar.ts";
import { lumoAuth } from "./houses/lumoauth.ts";

/** The four clients. CloudTower stands here twice, since its calls take two roads. */
export const houses: readonly House[] = [lumar, cloudTowerOverGraphQL, cloudTowerOverRest, lumoAuth, luminary];

/** Each client once, for what is not a matter of its roads. */
export const clients: readonly House[] = [lumar, cloudTowerOverGraphQL, lumoAuth, luminary];
