// The global object of a page: a target of events, with timers, `console`, `location` and the clock.
(host) => {
  "use strict";
  const { define, atLeast } = host.idl;
  const { ErrorEvent, Event, EventTarget, PromiseRejectionEvent } = host.globals;
  const run = globalThis.eval; // called by another name it evaluates in the global scope

  class Window extends EventTarget {
    constructor() {
      throw new TypeError("Illegal constructor");
    }
  }
  define(Window);
  host.beTarget(globalThis);
  Object.setPrototypeOf(globalThis, Window.prototype);
  const EVENTS = ["beforeunload", "error", "load", "message", "pagehide", "pageshow"];
  host.defineHandlers(globalThis, [...EVENTS, "rejectionhandled", "unhandledrejection", "unload"]);
  const { location, names } = host.load("browser/location.js");
  host.define({
    get window() {
      return globalThis;
    },
    get self() {
      return globalThis;
    },
    get location() {
      return location;
    },
    set location(value) {
      location.href = value;
    },
    ...names,
  });

  // Timers (HTML section 8.6): numbers, with arguments; after five in a row one waits 4 ms at least.
  const timers = new Map();
  const MOST_NESTED = 5;
  const LEAST_NESTED = 4; // milliseconds
  let last = 0;
  let nesting = 0;

  function begin(handler, milliseconds, given, again) {
    const callee = typeof handler === "function" ? handler : () => run(`${handler}`);
    const wanted = Math.max(0, Math.trunc(Number(milliseconds)) || 0) | 0;
    const level = nesting + 1;
    timers.set(++last, { callee, given, again, level });
    host.emit("timer", last, level > MOST_NESTED ? Math.max(LEAST_NESTED, wanted) : Math.max(0, wanted), again);
    return last;
  }

  function end(id) {
    if (timers.delete(Number(id))) host.emit("clear", Number(id));
  }

  host.turns.timer = (id) => {
    const timer = timers.get(id);
    if (timer === undefined) return;
    if (!timer.again) timers.delete(id);
    nesting = timer.level;
    host.call(timer.callee, globalThis, ...timer.given);
    nesting = 0;
  };

  host.define({
    setTimeout(handler, timeout = 0, ...given) {
      atLeast(1, arguments, "setTimeout");
      return begin(handler, timeout, given, false);
    },
    setInterval(handler, timeout = 0, ...given) {
      atLeast(1, arguments, "setInterval");
      return begin(handler, timeout, given, true);
    },
    clearTimeout: (id = 0) => end(id),
    clearInterval: (id = 0) => end(id),
    // What it throws is told as what a handler throws is.
    queueMicrotask(callback) {
      if (typeof callback !== "function") throw new TypeError("queueMicrotask: expected a function");
      Promise.resolve().then(() => void host.call(callback, undefined));
    },
  });

  // The clock (High Resolution Time)

  class Performance extends EventTarget {
    constructor() {
      throw new TypeError("Illegal constructor");
    }
    get timeOrigin() {
      return Date.now() - host.now();
    }
    now() {
      return host.now();
    }
    toJSON() {
      return { timeOrigin: this.timeOrigin };
    }
  }
  define(Performance);
  const performance = Object.create(Performance.prototype);
  host.beTarget(performance);
  host.define({ performance });

  // Errors that nobody catches: an event first, and the test's to know where nobody prevents it.

  const { report } = host;
  let telling = false;
  host.report = (error, rejected = false, promise = undefined) => {
    if (telling) return report(error, rejected); // by a listener that was to be told
    telling = true;
    const cancelable = true;
    const [message] = host.describe(error);
    const event = rejected
      ? new PromiseRejectionEvent("unhandledrejection", { promise, reason: error, cancelable })
      : new ErrorEvent("error", { message, error, cancelable, filename: location.href });
    const goesOn = host.dispatch(globalThis, host.trusted(event));
    telling = false;
    return goesOn ? report(error, rejected) : undefined;
  };
  host.define({
    reportError(error) {
      atLeast(1, arguments, "reportError");
      host.report(error);
    },
  });

  // Turns of the host

  host.turns.begin = () => {};
  host.turns.loaded = () => {
    host.dispatch(globalThis, host.trusted(new Event("load")));
    host.dispatch(globalThis, host.trusted(new Event("pageshow")));
  };
  host.turns.stop = () => {
    for (const name of ["beforeunload", "pagehide", "unload"]) {
      host.dispatch(globalThis, host.trusted(new Event(name, { cancelable: name === "beforeunload" })));
    }
    for (const id of [...timers.keys()]) end(id);
  };
};
