// What every signed-in page does: each module is small and the page works without it.
import "./timer.js"; // before the general words for failures
import "./menus.js";
import "./keys.js";
import "./focus.js";
import "./failures.js";
import "./guard.js";
import "./copy.js";
import "./early-search.js";
import "./tabs.js";
import "./mentions.js";
import "./timer-words.js";
import { toast } from "./toasts.js";

document.addEventListener("candor:toast", (event) => toast(event.detail.words, event.detail.undo));
