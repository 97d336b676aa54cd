// `structuredClone` (HTML section 2.7).
(host) => {
  "use strict";
  const { atLeast, isObject } = host.idl;
  const { Blob, EventTarget } = host.globals;
  const ERRORS = { EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError };

  const refuse = (value) => {
    throw new DOMException(`${typeof value === "symbol" ? String(value) : value} cannot be cloned`, "DataCloneError");
  };

  function clone(value, known) {
    if (typeof value === "symbol" || typeof value === "function") refuse(value);
    if (!isObject(value)) return value;
    if (known.has(value)) return known.get(value);
    const make = MAKERS.find(([Class]) => value instanceof Class)?.[1];
    if (make !== undefined) {
      const made = make(value, known);
      known.set(value, made);
      return made;
    }
    return cloneHolder(value, known);
  }

  const keep = (value, known, made) => {
    known.set(value, made);
    return made;
  };

  const MAKERS = [
    [Boolean, (value) => Object(value.valueOf())],
    [Number, (value) => Object(value.valueOf())],
    [String, (value) => Object(value.valueOf())],
    [BigInt, (value) => Object(value.valueOf())],
    [Date, (value) => new Date(value.getTime())],
    [RegExp, (value) => new RegExp(value.source, value.flags)],
    [ArrayBuffer, (value) => value.slice(0)],
    [Blob, (value) => value],
  ];

  function cloneHolder(value, known) {
    if (ArrayBuffer.isView(value)) return cloneView(value, known);
    if (value instanceof Map) return cloneMap(value, known);
    if (value instanceof Set) return cloneSet(value, known);
    if (value instanceof DOMException) return keep(value, known, new DOMException(value.message, value.name));
    if (value instanceof Error) return cloneError(value, known);
    const isPlain = Object.prototype.toString.call(value) === "[object Object]";
    if (!Array.isArray(value) && !isPlain) refuse(Object.prototype.toString.call(value));
    if (value instanceof Promise || value instanceof WeakMap || value instanceof EventTarget) refuse("the object");
    const made = keep(value, known, Array.isArray(value) ? new Array(value.length) : {});
    for (const name of Object.keys(value)) made[name] = clone(value[name], known);
    return made;
  }

  function cloneView(value, known) {
    const buffer = clone(value.buffer, known);
    const length = value instanceof DataView ? value.byteLength : value.length;
    return keep(value, known, new value.constructor(buffer, value.byteOffset, length));
  }

  function cloneMap(value, known) {
    const made = keep(value, known, new Map());
    for (const [key, item] of [...value]) made.set(clone(key, known), clone(item, known));
    return made;
  }

  function cloneSet(value, known) {
    const made = keep(value, known, new Set());
    for (const item of [...value]) made.add(clone(item, known));
    return made;
  }

  function cloneError(value, known) {
    const made = keep(value, known, new (ERRORS[value.name] ?? Error)(value.message));
    if ("cause" in value) made.cause = clone(value.cause, known);
    made.stack = value.stack;
    return made;
  }

  function structuredClone(value, options = undefined) {
    atLeast(1, arguments, "structuredClone");
    const known = new Map();
    for (const item of options?.transfer ?? []) {
      if (!(item instanceof ArrayBuffer)) refuse(item);
      known.set(item, item.transfer());
    }
    return clone(value, known);
  }

  host.define({ structuredClone });
};
