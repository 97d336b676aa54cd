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

  // Files

  const reading = [start.url]; // the file whose top level is running is the last
  const modules = Object.create(null);
  const included = new Set();

  function resolvePath(path, base = reading.at(-1)) {
    const text = String(path);
    if (/^[A-Za-z][A-Za-z0-9+.-]+:/.test(text)) return text;
    const parts = text.startsWith("/") ? ["file://"] : base.split("/").slice(0, -1);
    for (const part of text.split("/")) {
      if (part === "..") parts.pop();
      else if (part !== "." && (part !== "" || parts.length === 1)) parts.push(part);
    }
    return text.startsWith("/") ? `file:///${parts.slice(1).filter(Boolean).join("/")}` : parts.join("/");
  }

  function read(asker, path, ...endings) {
    const url = resolvePath(path);
    for (const ending of ["", ...endings]) {
      for (const name of [url + ending, String(path) + ending]) {
        if (Object.hasOwn(start.sources, name)) return [name, start.sources[name]];
      }
    }
    throw new Error(
      `${asker}(${JSON.stringify(path)}): there is no such file among those that the script names;` +
        ` give it to the script: load_script(..., files=[...])`,
    );
  }

  function within(url, work) {
    reading.push(url);
    try {
      return work();
    } finally {
      reading.pop();
    }
  }

  // What `let`, `const` and `class` declare at the top of an included file is global on the hosts;
  // in an evaluated text it is not, and so is made so.
  const DECLARED = /\b(?:let|const|class)\s+([A-Za-z_$][\w$]*)/g;

  function include(path) {
    const [url, [line, source]] = read("Script.include", path);
    if (included.has(url)) return;
    included.add(url);
    const names = new Set([...source.matchAll(DECLARED)].map((found) => found[1]));
    const share = [...names].filter((name) => !(name in globalThis)).map(
      (name) =>
        `try{${name};Object.defineProperty(globalThis,"${name}",{configurable:true,` +
        `get:()=>${name},set:(v)=>{${name}=v}})}catch{}`,
    );
    within(url, () => host.evaluate([line, `${source}\n;${share.join(";")}`]));
  }

  function require(path) {
    const [url, [line, source]] = read("Script.require", path, ".js", ".json", "/index.js");
    if (Object.hasOwn(modules, url)) return modules[url].exports;
    const module = { exports: {}, id: url, filename: url };
    modules[url] = module;
    if (url.endsWith(".json")) {
      module.exports = JSON.parse(source);
      return module.exports;
    }
    const wrapped = `(function (exports, require, module, __filename, __dirname) {${source}\n})`;
    const run = host.evaluate([line, wrapped]);
    const folder = url.split("/").slice(0, -1).join("/");
    within(url, () => run.call(module.exports, module.exports, require, module, url, folder));
    return module.exports;
  }

  const Script = {
    setTimeout: (callee, milliseconds) => begin(callee, milliseconds, false),
    setInterval: (callee, milliseconds) => begin(callee, milliseconds, true),
    clearTimeout: end,
    clearInterval: end,
    update,
    scriptEnding,
    unhandledException,
    context: start.context,
    resolvePath: (path) => resolvePath(path),
    include(paths, done) {
      for (const path of Array.isArray(paths) ? paths : [paths]) include(path);
      if (typeof done === "function") host.call(done, globalThis);
    },
    require: Object.assign((path) => require(path), { resolve: (path) => read("Script.require.resolve", path)[0] }),
    stop: () => host.emit("stop"),
    print: (...given) => print(...given),
  };

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
