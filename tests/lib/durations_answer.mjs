// Reads [[typed, scene], …] from standard input; answers what static/js/durations.js understood.
import { readFileSync } from "node:fs";
import { DurationError, echo, formatMinutes, parse } from "../../static/js/durations.js";

const answer = ([typed, scene]) => {
  try {
    const understood = parse(typed, scene);
    return {
      ...understood,
      echo: echo(understood.minutes),
      clock: formatMinutes(understood.minutes),
      decimal: formatMinutes(understood.minutes, "decimal"),
    };
  } catch (refusal) {
    if (!(refusal instanceof DurationError)) throw refusal;
    return { error: refusal.message };
  }
};
process.stdout.write(JSON.stringify(JSON.parse(readFileSync(0, "utf8")).map(answer)));
