// The border: one call in (a turn), an outbox of operations out. Both are JSON.
//
// Every other file of wsfake is a function of `host`, which is made here. Nothing of it is a global,
// and what it uses of the engine's globals it has taken before the script runs: see `faces.read_source`.
(function (common, own) {
  "use strict";
  const { parse, stringify } = JSON;
  const { apply } = Reflect;
  const compile = globalThis.eval; // called by another name it evaluates in the global scope
  const start = { ...parse(common), ...parse(own) };
  const FRAMES = 2; // a function that has no line may be in between, such as forEach
  const outbox = [];
  const turns = Object.create(null);
  const news = Object.create(null);
  const realNow = Date.now;
  const began = realNow();
  let time = 0;

  // Every global as wsfake's own files know it, also those that they define: a script may declare
  // another one by its name.
  const globals = Object.create(null);
  for (const name of Object.getOwnPropertyNames(globalThis)) globals[name] = globalThis[name];

  const host = {
    start,
    globals,
    profile: start.profile,
    states: start.states,
    turns, // what a turn does, by its name
    news, // what is told before a turn, by its name; what nobody takes is nothing

    // Have Python do something, as soon as this turn is over.
    emit(...operation) {
      outbox.push(operation);
    },

    // The line from which a function of wsfake was called: the stack above `callee`, of which only the
    // innermost frames are looked for, as each costs time.
    place(callee) {
      const found = {};
      const limit = Error.stackTraceLimit;
      Error.stackTraceLimit = FRAMES;
      Error.captureStackTrace(found, callee);
      Error.stackTraceLimit = limit;
      return typeof found.stack === "string" ? found.stack : ""; // a script may write stacks itself
    },

    // Milliseconds of the test's clock, which stands still in a turn; real ones where time is real.
    now() {
      return start.real ? realNow() - began : time;
    },

    // Call a function of the script; what it throws is the test's to know, and nobody else's.
    call(callee, self, ...given) {
      return host.apply(callee, self, given);
    },

    apply(callee, self, given) {
      let result;
      try {
        result = apply(callee, self, given);
      } catch (error) {
        host.report(error);
        return undefined;
      }
      if (!host.tracks && result instanceof Promise) {
        result.then(undefined, (reason) => host.report(reason, true, result));
      }
      return result;
    },

    report(error, rejected = false) {
      outbox.push(["error", host.describe(error), rejected]);
      host.uncaught?.(error);
    },

    // The text of what was thrown, with the lines of its stack where it has them.
    describe(error) {
      const isError = error instanceof Error || (error !== null && typeof error === "object");
      let told;
      try {
        told = String(error);
      } catch {
        told = "an object that has no text";
      }
      if (isError && !(error instanceof Error) && told === "[object Object]") {
        try {
          told = stringify(error) ?? told;
        } catch {
          // it stays what it is
        }
      }
      return [told.toWellFormed(), isError && typeof error.stack === "string" ? error.stack : ""];
    },

    // Define a property, whatever a script has given to all objects, such as a `get`.
    property(object, name, property) {
      Object.defineProperty(object, name, { __proto__: null, ...property });
    },

    // Define globals; `names` is an object of them, getters included.
    define(names) {
      for (const [name, property] of Object.entries(Object.getOwnPropertyDescriptors(names))) {
        host.property(globalThis, name, { ...property, enumerable: false, configurable: true });
        if ("value" in property) globals[name] = property.value;
      }
    },

    // Evaluate another file of wsfake, by its name, and give it the host: once.
    load(name) {
      if (!(name in loaded)) loaded[name] = host.evaluate(start.files[name])(globals)(host);
      return loaded[name];
    },

    // Evaluate a text in the global scope. Its first line counts as the line that stands with it,
    // by which Python knows what file it is of: the engine names none.
    evaluate: ([line, source]) => compile("\n".repeat(line - 1) + source),
  };
  const loaded = Object.create(null);

  // Return JSON. Old libraries give a toJSON to all arrays, or to all objects: it is none of theirs here.
  function write(value, replacer) {
    if (outbox.toJSON === undefined) return stringify(value, replacer);
    const given = [Array.prototype, Object.prototype].filter((each) => Object.hasOwn(each, "toJSON"));
    const kept = given.map((each) => Object.getOwnPropertyDescriptor(each, "toJSON"));
    for (const each of given) Reflect.deleteProperty(each, "toJSON");
    try {
      return stringify(value, replacer);
    } finally {
      given.forEach((each, index) => host.property(each, "toJSON", kept[index]));
    }
  }

  host.encode = (value) => write(value, tag);
  host.decode = (text) => parse(text, untag);

  news.now = (now) => {
    time = now;
  };

  // Values that JSON has not are written as {"$wsfake": [kind, text]}, and objects that look like that as
  // {"$wsfake": ["object", [[name, value], ...]]}.
  const TAG = "$wsfake";
  function tag(key, encoded) {
    const value = this[key]; // what it was before toJSON
    switch (typeof value) {
      case "number":
        if (Object.is(value, -0)) return { [TAG]: ["number", "-0"] };
        return Number.isFinite(value) ? value : { [TAG]: ["number", String(value)] };
      case "bigint":
        return { [TAG]: ["bigint", String(value)] };
      case "function":
        return host.nameOf?.(value) ?? `[function ${value.name}]`;
      case "symbol":
        return String(value);
      case "undefined":
        return null;
      case "object":
        if (value instanceof ArrayBuffer) return { [TAG]: ["bytes", new Uint8Array(value).toBase64()] };
        if (ArrayBuffer.isView(value)) {
          const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
          return { [TAG]: ["bytes", bytes.toBase64()] };
        }
    }
    const looksAlike = encoded !== null && typeof encoded === "object" && Object.hasOwn(encoded, TAG);
    return looksAlike ? { [TAG]: ["object", Object.entries(encoded)] } : encoded;
  }

  function untag(key, value) {
    if (value === null || typeof value !== "object" || !Object.hasOwn(value, TAG)) return value;
    const [kind, what] = value[TAG];
    return UNTAG[kind](what);
  }
  const UNTAG = {
    bytes: (text) => Uint8Array.fromBase64(text).buffer,
    number: Number,
    bigint: BigInt,
    object: Object.fromEntries,
  };

  // The top level has thrown. The engine tells a text and a stack of it: an error is made of them again.
  turns.thrown = (text, stack) => {
    if (stack === "") return host.report(text);
    const [name, ...message] = text.split(": ");
    const Class = globals[name]?.prototype instanceof Error ? globals[name] : Error;
    return host.report(Object.assign(new Class(message.join(": ")), { name, stack }));
  };

  // Promises that were rejected, with their reasons, for as long as nobody handles them.
  const rejected = new Map();
  host.tracks = start.tracks;
  const track = (promise, ...reason) => {
    if (reason.length > 0) rejected.set(promise, reason[0]);
    else rejected.delete(promise);
  };

  for (const name of start.files.eager) host.load(name);

  // `text` is a turn; without one, all jobs of the last turn are done. `value` is what has no text.
  function turn(text, value) {
    if (text !== "") {
      const [told, name, given] = parse(text);
      if (told !== 0) for (const [what, ...rest] of told) news[what]?.(...rest);
      if (value !== undefined) given.push(value);
      turns[name].apply(undefined, given);
    } else if (rejected.size > 0) {
      const told = [...rejected];
      rejected.clear();
      for (const [promise, reason] of told) host.report(reason, true, promise);
    }
    if (outbox.length === 0) return "";
    const out = write(outbox);
    outbox.length = 0;
    return out;
  }
  turn.track = track;
  return turn;
});
