// `Script`, `print` and `console`: what a script of a Qt host has of itself.
(host) => {
  "use strict";
  const { start } = host;
  const timers = new Map();
  let last = 0;

  // Timers: no global setTimeout, and what starts one is an object.

  const LONGEST = 1e12; // milliseconds
  class Timer {}

  function begin(callee, milliseconds, again) {
    if (typeof callee !== "function") return null;
    const timer = new Timer();
    timers.set(timer, { id: ++last, callee, again });
    host.emit("timer", last, Math.min(Math.max(0, Number(milliseconds) || 0), LONGEST), again);
    return timer;
  }

  function end(timer) {
    const known = timers.get(timer);
    if (known === undefined) return;
    timers.delete(timer);
    host.emit("clear", known.id);
  }

  host.turns.timer = (id) => {
    for (const [timer, known] of timers) {
      if (known.id !== id) continue;
      if (!known.again) timers.delete(timer);
      host.call(known.callee, globalThis);
      return;
    }
  };

  // Signals

  const UPDATES_PER_SECOND = 60;
  const UPDATE = 0; // the number of its timer
  const update = host.signal(() => host.emit("timer", UPDATE, 1000 / UPDATES_PER_SECOND, true));
  const scriptEnding = host.signal();
  const unhandledException = host.signal();
  const onTimer = host.turns.timer;
  host.turns.timer = (id) => (id === UPDATE ? update.emit(1 / UPDATES_PER_SECOND) : onTimer(id));

  let telling = false;
  host.uncaught = (error) => {
    if (telling) return; // by a function that was to be told
    telling = true;
    unhandledException.emit(error);
    telling = false;
  };

  const Script = {
    setTimeout: (callee, milliseconds) => begin(callee, milliseconds, false),
    setInterval: (callee, milliseconds) => begin(callee, milliseconds, true),
    clearTimeout: end,
    clearInterval: end,
    update,
    scriptEnding,
    unhandledException,
    context: start.context,
    stop: () => host.emit("stop"),
    print: (...given) => print(...given),
  };
  host.lazily(["include", "require", "resolvePath"], (name) => host.load("files.js")[name], Script);

  // `print` joins its arguments with a space.

  const text = (value) => {
    try {
      return String(value).toWellFormed();
    } catch {
      return "[object]"; // one without a text
    }
  };
  function print(...given) {
    host.emit("print", given.map(text).join(" "));
  }

  const console = {};
  for (const name of ["log", "info", "debug", "warn", "error", "exception"]) {
    console[name] = (...given) => print(...given);
  }
  Object.assign(console, {
    assert: (condition, ...given) => condition || print("Assertion failed:", ...given),
    trace: (...given) => print(...given),
    group: (...given) => print(...given),
    groupCollapsed: (...given) => print(...given),
    groupEnd() {},
    clear() {},
    time() {},
    timeEnd() {},
  });

  host.turns.begin = () => {};

  // An entity script: its last expression is a function that the host constructs.
  let entity;
  let entityID;
  host.turns.loaded = (isEntity, id, make) => {
    if (typeof make !== "function") return;
    if (isEntity !== true && !isAlone(make, isEntity)) return;
    entityID = id;
    host.call(() => {
      entity = new make();
      if (typeof entity.preload === "function") entity.preload(id);
    }, undefined);
  };
  // Whether a text ends with this function, in parentheses, and not with what it is handed to.
  function isAlone(callee, text) {
    const inner = text.slice(0, -1).trimEnd();
    const source = String(callee);
    const before = inner.slice(0, inner.length - source.length).trimEnd();
    if (!inner.endsWith(source) || !before.endsWith("(")) return false;
    const head = before.slice(0, -1);
    return /(?:^|[;}])\s*$/.test(head) || /[^=,([:?&|+*%<>!^.-]\s*\n\s*$/.test(head);
  }

  host.turns.stop = () => {
    for (const timer of timers.keys()) end(timer);
    host.emit("clear", UPDATE);
    if (typeof entity?.unload === "function") host.call(entity.unload, entity, entityID);
    scriptEnding.emit();
  };

  host.define({ Script: host.partly("Script", Script, { notes: false }), print, console });
};
