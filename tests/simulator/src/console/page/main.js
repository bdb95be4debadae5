// The agent's console: a person plays the agent, by way of the simulator's control API.

import { byId } from "./dom.js";
import * as chats from "./chats.js";
import * as composer from "./composer.js";
import * as faults from "./faults.js";
import * as keys from "./keys.js";
import * as people from "./people.js";
import * as transcript from "./transcript.js";
import * as wire from "./wire.js";
import { follow, on, store } from "./store.js";

for (const part of [chats, people, transcript, composer, faults, wire, keys]) part.start();

on("link server", () => {
  document.body.dataset.up = String(store.up);
  const apis = store.server?.apis.join(", ") ?? "";
  byId("link").textContent = store.up ? `Connected${apis ? `: ${apis}` : ""}` : "The simulator does not answer; trying again…";
});

for (const tab of byId("tabs").querySelectorAll("button")) tab.addEventListener("click", () => keys.view(tab.dataset.view));

follow();
