// Lengths of time as people type them: the twin of lib/durations.py, for the answer while somebody types.
// tests/lib/durations.txt is the table that both obey. Change the three together.

const DAY = 24 * 60;
const LONGEST_TEXT = 40;

const UNREADABLE = "That is not a length of time. Type 1:30 or 90m.";
const TOO_LONG = "One entry holds 24 hours at most. Type 7:30 or 450m.";
const TOO_SHORT = "That is less than a minute. Type 0:01 or 1m.";
const NO_SUCH_CLOCK_TIME = "There is no such time on the clock. Type 9-12:30 or 9:00-17:15.";
const SAME_ENDS = "That begins and ends at the same time. Type 9-12:30 or 3:30.";
const NOTHING_TO_TAKE_FROM = "There is nothing here to take from. Type 1:30 or +15m.";

export class DurationError extends Error {}

const SPACE = "[ \\t\\n\\v\\f\\r\\u00a0\\u2000-\\u200a\\u202f\\u205f\\u3000]";
const NUMBER = "(?:[0-9]+(?:\\.[0-9]+)?|\\.[0-9]+)";
const HOURS = "(?:hours|hour|hrs|hr|h)";
const MINUTES = "(?:minutes|minute|mins|min|m)";

const splitNumber = new RegExp(`[0-9]${SPACE}+[0-9]`);
const anySpace = new RegExp(SPACE, "g");
const anyDash = /[\u2010-\u2015\u2212]/g;
const whole = /^[0-9]+$/;
const decimal = new RegExp(`^${NUMBER}$`);
const colon = new RegExp(`^([0-9]*):([0-9]+)(?::([0-5][0-9]))?${HOURS}?$`);
const hoursAndMinutes = new RegExp(`^(${NUMBER})${HOURS}(?:(${NUMBER})${MINUTES}|([0-9]+))?$`);
const onlyMinutes = new RegExp(`^(${NUMBER})${MINUTES}$`);
const clock = /^([0-9]{1,2})(?:[:.]?([0-9]{2}))?(?:(a|p)m?)?$/;

/** Read a typed length of time into {minutes, start, end}; zero minutes means: clear it. */
export function parse(text, { unit = "hours", present = null } = {}) {
  const typed = squeeze(text, UNREADABLE);
  if (typed === "") return { minutes: 0, start: null, end: null };
  if (typed[0] === "+" || typed[0] === "-") {
    return { minutes: changed(typed, unit, present || 0), start: null, end: null };
  }
  if (typed.includes("-")) return clockRange(typed);
  return { minutes: atMostADay(length(typed, unit)), start: null, end: null };
}

/** The length in words, as it was understood: "1 h 30 min". */
export function echo(minutes) {
  const hours = Math.floor(minutes / 60);
  const rest = minutes % 60;
  if (!hours) return `${rest} min`;
  return rest ? `${hours} h ${rest} min` : `${hours} h`;
}

/** "1:30" or "1.50"; what is below zero gets a minus sign. */
export function formatMinutes(minutes, style = "clock") {
  if (minutes < 0) return `−${formatMinutes(-minutes, style)}`;
  if (style === "clock") return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}`;
  const hundredths = Math.floor((minutes * 100 + 30) / 60);
  return `${Math.floor(hundredths / 100)}.${String(hundredths % 100).padStart(2, "0")}`;
}

function squeeze(text, refusal) {
  if ([...text].length > LONGEST_TEXT || splitNumber.test(text)) throw new DurationError(refusal);
  return text.replace(anySpace, "").replace(anyDash, "-").replaceAll(",", ".").toLowerCase();
}

function changed(typed, unit, present) {
  const change = length(typed.slice(1), unit, typed[0]);
  const minutes = typed[0] === "+" ? present + change : present - change;
  if (minutes < 0 && !present) throw new DurationError(NOTHING_TO_TAKE_FROM);
  if (minutes < 0) {
    throw new DurationError(`There is only ${formatMinutes(present)} here to take from. Type -0:15 or 1:30.`);
  }
  return atMostADay(minutes);
}

function clockRange(typed) {
  const dash = typed.indexOf("-");
  const start = clockReadings(typed.slice(0, dash))[0] % DAY;
  const readings = clockReadings(typed.slice(dash + 1));
  if (readings.includes(start)) throw new DurationError(SAME_ENDS);
  const end = Math.min(...readings.map((reading) => (reading > start ? reading : reading + DAY)));
  return { minutes: end - start, start, end };
}

function clockReadings(typed) {
  const match = clock.exec(typed);
  if (!match) throw new DurationError(NO_SUCH_CLOCK_TIME);
  const hour = Number(match[1]);
  const minute = Number(match[2] ?? 0);
  const half = match[3];
  const isMidnightAtTheEnd = hour === 24 && minute === 0 && !half;
  if (minute > 59 || (hour > 23 && !isMidnightAtTheEnd) || (half && (hour < 1 || hour > 12))) {
    throw new DurationError(NO_SUCH_CLOCK_TIME);
  }
  if (half) return [((hour % 12) + (half === "p" ? 12 : 0)) * 60 + minute];
  const saidIn24Hours = match[1].startsWith("0") || hour < 1 || hour > 12;
  if (saidIn24Hours) return [hour * 60 + minute];
  const morning = (hour % 12) * 60 + minute;
  return hour === 12 ? [morning + DAY / 2, morning] : [morning, morning + DAY / 2];
}

function length(typed, unit, sign = "") {
  const [top, bottom] = exactMinutes(typed, unit, sign);
  const minutes = (top * 2n + bottom) / (bottom * 2n);
  if (top > 0n && minutes === 0n) throw new DurationError(TOO_SHORT);
  return Number(minutes);
}

// Exact fractions, as [top, bottom]: a float would sometimes round the wrong way.
function exactMinutes(typed, unit, sign) {
  if (whole.test(typed)) {
    const number = BigInt(typed);
    if (unit === "hours" && number > 24n && number <= BigInt(DAY)) {
      throw new DurationError(`${sign}${number} hours? Type ${sign}${number}m for minutes.`);
    }
    return [unit === "hours" ? number * 60n : number, 1n];
  }
  if (decimal.test(typed)) return sum(typed, "0");
  let match = colon.exec(typed);
  if (match) {
    const [, hours, minutes, seconds] = match;
    return [BigInt(hours || 0) * 3600n + BigInt(minutes) * 60n + BigInt(seconds ?? 0), 60n];
  }
  match = hoursAndMinutes.exec(typed);
  if (match) return sum(match[1], match[2] ?? match[3] ?? "0");
  match = onlyMinutes.exec(typed);
  if (match) return sum("0", match[1]);
  throw new DurationError(UNREADABLE);
}

function sum(hours, minutes) {
  const [a, b] = fraction(hours);
  const [c, d] = fraction(minutes);
  return [a * 60n * d + c * b, b * d];
}

function fraction(number) {
  const [before, after = ""] = number.split(".");
  return [BigInt(before + after), 10n ** BigInt(after.length)];
}

function atMostADay(minutes) {
  if (minutes > DAY) throw new DurationError(TOO_LONG);
  return minutes;
}
