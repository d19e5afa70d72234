import type { Refuse } from "./answers.ts";
import type { LogIn } from "./login.ts";
import type { Settings } from "./options.ts";
import type { State } from "./state.ts";

/** Everything that both APIs of one fake work with. */
export interface Workshop {
  readonly state: State;
  readonly settings: Settings;
  readonly refuse: Refuse;
  readonly logIn: LogIn;
}
