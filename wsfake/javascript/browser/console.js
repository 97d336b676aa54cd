// `console` (Console Standard): what is logged is what the script has printed.
(host) => {
  "use strict";
  const MOST_DEPTH = 4;
  const counts = new Map();
  const began = new Map();
  let indent = "";

  function show(value, depth = 0, above = []) {
    if (typeof value === "string") return depth === 0 ? value : JSON.stringify(value);
    if (typeof value === "bigint") return `${value}n`;
    if (typeof value === "function") return `[function ${value.name}]`;
    if (typeof value !== "object" || value === null) return Object.is(value, -0) ? "-0" : String(value);
    if (value instanceof Error) return String(value);
    if (above.includes(value)) return "[circular]";
    if (depth >= MOST_DEPTH) return Array.isArray(value) ? "[...]" : "{...}";
    return showObject(value, (item) => show(item, depth + 1, [...above, value]));
  }

  function showObject(value, inner) {
    if (Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView))) {
      return `[${Array.from(value, inner).join(", ")}]`;
    }
    if (value instanceof Map) return `Map {${[...value].map((pair) => pair.map(inner).join(" => ")).join(", ")}}`;
    if (value instanceof Set) return `Set {${[...value].map(inner).join(", ")}}`;
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? "Invalid Date" : value.toISOString();
    const tag = Object.prototype.toString.call(value);
    if (tag !== "[object Object]") return value instanceof RegExp ? String(value) : tag;
    const parts = Object.keys(value).map((name) => `${name}: ${inner(value[name])}`);
    return parts.length > 0 ? `{ ${parts.join(", ")} }` : "{}";
  }

  const FORMATS = {
    s: (value) => (typeof value === "object" && value !== null ? show(value) : String(value)),
    d: (value) => String(typeof value === "symbol" ? NaN : parseInt(value, 10)),
    i: (value) => String(typeof value === "symbol" ? NaN : parseInt(value, 10)),
    f: (value) => String(typeof value === "symbol" ? NaN : parseFloat(value)),
    o: (value) => show(value, 1),
    O: (value) => show(value, 1),
    c: () => "",
  };

  function format(given) {
    const rest = [...given];
    let first = [];
    if (typeof rest[0] === "string" && rest.length > 1) {
      const text = rest.shift().replace(/%([sdifoOc%])/g, (whole, kind) => {
        if (kind === "%") return "%";
        return rest.length > 0 ? FORMATS[kind](rest.shift()) : whole;
      });
      first = [text];
    }
    return [...first, ...rest.map((value) => show(value))].join(" ");
  }

  function log(...given) {
    let text;
    try {
      text = format(given);
    } catch {
      text = "[object]"; // one whose parts throw
    }
    host.emit("print", (indent + text).toWellFormed());
  }

  const console = {
    assert(condition = false, ...given) {
      if (!condition) log("Assertion failed:", ...given);
    },
    clear() {},
    count(label = "default") {
      counts.set(label, (counts.get(label) ?? 0) + 1);
      log(`${label}: ${counts.get(label)}`);
    },
    countReset(label = "default") {
      counts.delete(label);
    },
    group(...given) {
      if (given.length > 0) log(...given);
      indent += "  ";
    },
    groupEnd() {
      indent = indent.slice(2);
    },
    time(label = "default") {
      began.set(label, host.now());
    },
    timeLog(label = "default", ...given) {
      if (began.has(label)) log(`${label}: ${host.now() - began.get(label)} ms`, ...given);
    },
    timeEnd(label = "default") {
      console.timeLog(label);
      began.delete(label);
    },
    dir: (value) => log(value),
    table: (value) => log(value),
  };
  console.groupCollapsed = console.group;
  for (const name of ["log", "info", "debug", "warn", "error", "trace"]) console[name] = (...given) => log(...given);
  host.define({ console });
};
