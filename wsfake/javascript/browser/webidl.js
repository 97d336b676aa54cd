// Web IDL: how interfaces look to scripts, and what becomes of the values that they are handed.
(host) => {
  "use strict";
  const readonly = (value) => ({ value, writable: false, enumerable: true, configurable: false });

  // Define an interface: a class whose members are enumerable, with its constants.
  function define(Class, constants = {}) {
    for (const name of [...Object.keys(Object.getOwnPropertyDescriptors(Class.prototype))]) {
      if (name !== "constructor") Object.defineProperty(Class.prototype, name, { enumerable: true });
    }
    for (const name of Object.getOwnPropertyNames(Class)) {
      if (typeof Class[name] === "function") Object.defineProperty(Class, name, { enumerable: true });
    }
    for (const [name, value] of Object.entries(constants)) {
      Object.defineProperty(Class, name, readonly(value));
      Object.defineProperty(Class.prototype, name, readonly(value));
    }
    Object.defineProperty(Class.prototype, Symbol.toStringTag, { value: Class.name, configurable: true });
    host.define({ [Class.name]: Class });
    return Class;
  }

  const isObject = (value) => (typeof value === "object" && value !== null) || typeof value === "function";

  // What a member of a dictionary is handed as, if it is there.
  function member(dictionary, name, convert, otherwise) {
    const value = dictionary?.[name];
    return value === undefined ? otherwise : convert(value);
  }

  function dictionary(value) {
    if (value !== undefined && value !== null && !isObject(value)) {
      throw new TypeError(`expected an object of options, got ${String(value)}`);
    }
    return value ?? undefined;
  }

  // `given` are the arguments of a function that takes so many at least.
  function atLeast(count, given, name) {
    if (given.length < count) {
      throw new TypeError(`${name}: expected ${count} argument${count > 1 ? "s" : ""}, got ${given.length}`);
    }
  }

  const domString = (value) => `${value}`;
  const usvString = (value) => `${value}`.toWellFormed();
  const unsignedShort = (value) => {
    const number = Math.trunc(Number(value));
    return Number.isFinite(number) ? ((number % 65536) + 65536) % 65536 : 0;
  };

  // [Clamp]: to the nearest, halves to the even one.
  function clampedShort(value) {
    const number = Math.min(Math.max(Number(value), 0), 65535);
    if (Number.isNaN(number)) return 0;
    const below = Math.floor(number);
    const rest = number - below;
    return rest < 0.5 || (rest === 0.5 && below % 2 === 0) ? below : below + 1;
  }

  // The bytes that a buffer or a view holds; undefined for anything else.
  function bytesOf(value) {
    if (value instanceof ArrayBuffer) return new Uint8Array(value);
    if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
    return undefined;
  }

  host.idl = {
    define,
    isObject,
    member,
    dictionary,
    atLeast,
    domString,
    usvString,
    unsignedShort,
    clampedShort,
    bytesOf,
    boolean: Boolean,
  };
};
