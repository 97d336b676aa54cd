// `Blob` (File API section 3), without streams.
(host) => {
  "use strict";
  const { define, bytesOf, usvString, domString, dictionary, member, isObject } = host.idl;
  const insides = new WeakMap(); // the bytes of each, which nobody changes

  const typeOf = (text) => (/^[\x20-\x7e]*$/.test(text) ? text.toLowerCase() : "");

  function partOf(part, native) {
    if (part instanceof Blob) return insides.get(part);
    return bytesOf(part) ?? host.encodeUtf8(native ? usvString(part).replace(/\r\n?/g, "\n") : usvString(part));
  }

  function join(parts) {
    const all = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
    let at = 0;
    for (const part of parts) {
      all.set(part, at);
      at += part.length;
    }
    return all;
  }

  class Blob {
    #type;

    constructor(parts = [], options = undefined) {
      if (!isObject(parts) || typeof parts[Symbol.iterator] !== "function") {
        throw new TypeError("Blob: expected a list of its parts");
      }
      const native = member(dictionary(options), "endings", domString, "transparent") === "native";
      this.#type = typeOf(member(options, "type", domString, ""));
      insides.set(this, join([...parts].map((part) => partOf(part, native))));
    }
    get size() {
      return insides.get(this).length;
    }
    get type() {
      return this.#type;
    }
    slice(start = 0, end = undefined, contentType = "") {
      const part = insides.get(this).slice(start, end);
      return new Blob([part], { type: domString(contentType) });
    }
    async text() {
      return host.decodeUtf8(insides.get(this)).replace(/^\ufeff/, "");
    }
    async arrayBuffer() {
      return insides.get(this).slice().buffer;
    }
    async bytes() {
      return insides.get(this).slice();
    }
  }

  host.blobBytes = (value) => insides.get(value);
  define(Blob);
};
