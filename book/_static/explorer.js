// The explorer: one choice of count, window, strength and errors, and the rate that it makes. The formulas are those of
// notebooks/desertion (explorer.py, bounds.py, rates.py, strength.py, text.py); tests/test_explorer.py compares the two.
"use strict";

const EXPLORER = (() => {
  // ---- bounds: [low, value, high]; null is no value, Infinity an open end ----
  const bounds = (low, value, high) => ({ low, value, high });
  const exact = (number) => bounds(number, number, number);
  const UNKNOWN = bounds(0, null, Infinity);
  const isUnknown = (b) => b.value === null && b.low <= 0 && b.high === Infinity;
  const isAtMost = (b) => b.value === null && b.high < Infinity && (b.low === 0 || b.low === -Infinity);

  function fromEnds(low, value, high) {  // as the tables have them: an end that is null is open, all three are an unknown
    const nothing = value === null && high === null ? 0 : -Infinity;
    return bounds(low === null ? nothing : low, value, high === null ? Infinity : high);
  }

  function best(b) {
    if (b.value !== null || isUnknown(b)) return b.value;
    if (isAtMost(b)) return b.high;
    return b.high === Infinity ? b.low : (b.low + b.high) / 2;
  }

  const atFaceValue = (b) => (best(b) === null ? b : exact(best(b)));
  const inside = (value, low, high) => (value === null ? null : Math.min(Math.max(value, low), high));

  function times(b, factor) {
    const low = b.low * factor, high = factor === 0 ? 0 : b.high * factor;
    return bounds(low, inside(b.value === null ? null : b.value * factor, low, high), high);
  }

  function over(b, c) {  // what may be zero leaves no upper end
    const low = b.low === 0 || c.high === Infinity ? 0 : b.low / c.high;
    const high = b.high === 0 ? 0 : c.low === 0 ? Infinity : b.high / c.low;
    const value = b.value !== null && c.value ? b.value / c.value : null;
    return bounds(low, inside(value, low, high), high);
  }

  // ---- days and rates ----
  const DAYS_A_YEAR = 365.25;
  const DAYS_A_MONTH = DAYS_A_YEAR / 12;
  const ordinal = (day) => Math.round(Date.parse(`${day}T00:00:00Z`) / 86400000);
  const days = (window) => ordinal(window.end) - ordinal(window.start) + 1;
  const months = (window) => days(window) / DAYS_A_MONTH;
  const perMonth = (count, window) => over(count, exact(months(window)));
  const perThousandAYear = (count, strength, window) => times(over(count, strength), 1000 * DAYS_A_YEAR / days(window));
  const ran = (count, wrong, unlisted) => over(times(count, 1 - wrong), exact(1 - unlisted));

  // ---- strengths ----
  function pathMean(stocks, window, pick) {  // mean of a straight path through the stocks, day by day
    const byDay = new Map();
    for (const stock of stocks) {
      const men = pick(stock.men);
      if (men !== null) byDay.set(ordinal(stock.day), [...(byDay.get(ordinal(stock.day)) || []), men]);
    }
    if (!byDay.size) return null;
    const points = [...byDay].sort((a, b) => a[0] - b[0]).map(([day, men]) => [day, men.reduce((a, b) => a + b) / men.length]);
    let sum = 0, next = 0;
    const [first, last] = [ordinal(window.start), ordinal(window.end)];
    for (let day = first; day <= last; day += 1) {
      while (next < points.length && points[next][0] < day) next += 1;
      const [before, after] = [points[next - 1], points[next]];
      if (!before || !after) sum += (before || after)[1];
      else sum += before[1] + (after[1] - before[1]) * (day - before[0]) / (after[0] - before[0]);
    }
    return sum / (last - first + 1);
  }

  function pathBounds(stocks, window) {
    const face = pathMean(stocks, window, best);
    if (face === null) return UNKNOWN;
    const low = pathMean(stocks, window, (men) => (men.low > 0 ? men.low : null));
    const high = pathMean(stocks, window, (men) => (men.high < Infinity ? men.high : null));
    const known = [low, face, high].filter((end) => end !== null);
    const value = stocks.every((stock) => stock.men.value !== null) ? face : null;
    return bounds(low === null ? 0 : Math.min(...known), value, high === null ? Infinity : Math.max(...known));
  }

  function within(stocks, window) {
    const inWindow = stocks.filter((stock) => window.start <= stock.day && stock.day <= window.end);
    if (inWindow.length) return inWindow;
    const before = stocks.map((stock) => stock.day).filter((day) => day < window.start).sort().at(-1);
    return stocks.filter((stock) => stock.day === before);
  }

  function spanned(several) {
    const lows = several.map((men) => men.low).filter((low) => low > 0);
    const highs = several.map((men) => men.high).filter((high) => high < Infinity);
    const stated = [...lows, ...highs];
    return bounds(lows.length ? Math.min(...stated) : 0, null, highs.length ? Math.max(...stated) : Infinity);
  }

  const together = (strength) => strength.key === "together";
  const worded = (strength, window) => (together(strength)
    ? spanned(within(strength.stocks, window).map((stock) => stock.men)) : pathBounds(strength.stocks, window));

  function face(strength, window) {
    if (together(strength)) return worded(strength, window);
    const mean = pathMean(strength.stocks, window, best);
    return mean === null ? UNKNOWN : exact(mean);
  }

  function answer({ count, window, strength, wrong, unlisted }) {
    const worn = ran(count.number, wrong, unlisted), plain = ran(atFaceValue(count.number), wrong, unlisted);
    const men = worded(strength, window);
    return {
      monthly: perMonth(worn, window), monthlyFace: perMonth(plain, window), strength: men,
      yearly: perThousandAYear(worn, men, window), yearlyFace: perThousandAYear(plain, face(strength, window), window),
    };
  }


  // ---- words: as text.py writes them ----
  const MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
  const stepOf = (number, digits = 3) => (number && Number.isFinite(number) ? 10 ** (Math.floor(Math.log10(Math.abs(number))) - digits + 1) : 1);

  function supportedStep(b) {
    const ends = [b.low, b.value, b.high].filter((end) => end !== null && Number.isFinite(end)).map(Math.abs);
    if (ends.every((end) => end === Math.round(end))) return 1;
    const three = stepOf(Math.max(...ends)), width = b.high - b.low;
    return width > 0 && width < Infinity ? Math.max(three, stepOf(width, 2)) : three;
  }

  function halfEven(number) {
    const low = Math.floor(number), rest = number - low;
    return rest > 0.5 || (rest === 0.5 && low % 2) ? low + 1 : low;
  }

  function rounded(value, step, up) {
    const scaled = Number((value / step).toFixed(9));
    return up === null ? halfEven(scaled) : up ? Math.ceil(scaled) : Math.floor(scaled);
  }

  function printedStep(b, asked) {
    let step = asked || supportedStep(b);
    const up = isAtMost(b), end = up ? b.high : b.low;
    if (!up && !(b.value === null && b.high === Infinity && Number.isFinite(b.low))) return step;
    while (step > stepOf(end) && Math.abs(rounded(end, step, up) * step - end) > 0.01 * Math.abs(end)) step /= 10;
    return step;
  }

  function written(value, step = 1, up = null) {
    if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
    const whole = rounded(value, step, up);
    const places = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
    return (whole * step || 0).toLocaleString("en-US", { minimumFractionDigits: places, maximumFractionDigits: places }).replace("-", "−");
  }

  const percent = (share) => `${written(share * 100)}%`;

  function inWords(b, step = null) {
    if (isUnknown(b)) return "not known";
    const unit = printedStep(b, step);
    const low = written(b.low, unit, false), high = written(b.high, unit, true);
    if (b.low === b.high) return written(b.low, unit);
    if (low === high) return low;
    return b.value === null ? spread(b, low, high) : `${written(b.value, unit)} (${spread(b, low, high)})`;
  }

  function spread(b, low, high) {  // what the two ends say, from how each is written
    if (b.low === -Infinity && b.high === Infinity) return "no bounds known";
    if (b.high === Infinity) return `at least ${low}`;
    if (isAtMost(b) || b.low === -Infinity) return `at most ${high}`;
    return b.low < 0 ? `${low} to ${high}` : `${low}–${high}`;
  }

  function dayInWords(day) {
    const [year, month, date] = day.split("-").map(Number);
    return `${date} ${MONTHS[month - 1]} ${year}`;
  }

  function sentence(chosen, found) {
    const errors = [];
    if (chosen.wrong) errors.push(`less ${percent(chosen.wrong)} that never left`);
    if (chosen.unlisted) errors.push(`with ${percent(chosen.unlisted)} of those who left on no list`);
    const middle = errors.length ? ` ${errors.join(" and ")},` : "";
    return `${chosen.count.label} (${inWords(chosen.count.number)}),${middle} spread over the ${written(months(chosen.window), 0.1)} months from `
      + `${dayInWords(chosen.window.start)} to ${dayInWords(chosen.window.end)}, make `
      + `${inWords(found.monthly)} a month. Out of a mean strength of ${inWords(found.strength)} men (${chosen.strength.label}) that is `
      + `${inWords(found.yearly)} per 1,000 a year as worded, and ${inWords(found.yearlyFace)} with the printed numbers at face value.`;
  }

  function compared(found, others) {
    if (isUnknown(found.yearlyFace) || !others.length) return "There is nothing to set it beside.";
    return "The rates of other armies count other things, so that no ranking follows from them.";
  }

  // ---- what the page was given ----
  const THEATRE = "The force in the theatre";  // whose strengths can be taken together

  function read(given) {
    const end = (row, name, open) => (row[name] === "" ? open : Number(row[name]));
    const of = (row, name) => fromEnds(...["low", "value", "high"].map((part) => end(row, `${name}_${part}`, null)));
    const grouped = new Map();
    for (const row of given.strengths) {
      if (!grouped.has(row.strength)) grouped.set(row.strength, { key: row.strength, group: row.group, label: row.label, stocks: [] });
      grouped.get(row.strength).stocks.push({ day: row.day, men: of(row, "men") });
    }
    const theatre = [...grouped.values()].filter((each) => each.group === THEATRE);
    if (theatre.length) grouped.set("together", { key: "together", group: THEATRE, label: "all published strengths together", stocks: theatre.flatMap((each) => each.stocks) });
    return {
      counts: given.counts.map((row) => ({ key: row.count, label: row.label, number: of(row, "number") })),
      windows: given.windows.map((row) => ({ key: row.window, of: row.count, label: row.label, start: row.start, end: row.end })),
      strengths: [...grouped.values()],
      armies: given.armies.map((row) => ({ definition: row.definition, line: row.line, period: row.period, open: row.grade !== "A", rate: of(row, "rate") })),
    };
  }

  return { answer, atFaceValue, best, bounds, compared, exact, fromEnds, inWords, isUnknown, months, percent, read, sentence, written };
})();
