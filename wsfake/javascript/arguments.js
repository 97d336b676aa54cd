// What hosts make of the arguments of send() and close(): the names of wsfake/script_api/conversions.py.
(host) => {
  "use strict";
  const MOST_REASON = 123; // bytes of UTF-8 that fit into a Close (RFC 6455 section 5.5)

  const isPrimitive = (value) => value === null || (typeof value !== "object" && typeof value !== "function");
  const text = (value) => ({ verb: "text", data: String(value).toWellFormed() });
  const bytes = (view) => ({ verb: "binary", data: view.toBase64() });

  host.convert = {
    overte(value) {
      if (value instanceof ArrayBuffer) return bytes(new Uint8Array(value));
      return isPrimitive(value) ? text(value) : { verb: "utf8", data: String(value).toWellFormed() };
    },
    string: text,
    vircadia(value) {
      if (value instanceof ArrayBuffer) return bytes(new Uint8Array(value));
      return isPrimitive(value) ? text(value) : bytes(new Uint8Array(0));
    },
  };

  host.closeArguments = {
    // Nothing is checked; a reason is cut to the bytes that fit.
    uint16(given) {
      const code = given.length > 0 ? Number(given[0]) & 0xffff : 1000;
      return { code, ...cut(given.length > 1 ? String(given[1]).toWellFormed() : "") };
    },
  };

  // Shown is what `QString` makes of the bytes, up to a NUL: U+FFFD for each byte of a cut character.
  function cut(reason) {
    let length = 0;
    let kept = "";
    let shown;
    for (const character of reason) {
      const point = character.codePointAt(0);
      const size = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
      if (length + size > MOST_REASON) {
        shown = kept + "\ufffd".repeat(MOST_REASON - length);
        if (length < MOST_REASON) kept += character;
        break;
      }
      length += size;
      kept += character;
    }
    shown ??= kept;
    return { reason: kept, shown: shown.split("\0")[0] };
  }
};
