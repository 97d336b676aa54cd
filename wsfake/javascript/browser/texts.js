// `TextEncoder` and `TextDecoder` (Encoding Standard), for UTF-8, UTF-16LE and windows-1252.
(host) => {
  "use strict";
  const { define, bytesOf, domString, usvString, dictionary, member } = host.idl;
  const LABELS = {
    "utf-8": ["utf-8", "utf8", "unicode-1-1-utf-8", "x-unicode20utf8", "unicode11utf8", "unicode20utf8"],
    "utf-16le": ["utf-16le", "utf-16", "ucs-2", "unicode", "iso-10646-ucs-2", "csunicode", "unicodefeff"],
    "windows-1252": ["windows-1252", "latin1", "iso-8859-1", "iso8859-1", "ascii", "us-ascii", "l1", "cp1252"],
  };
  const WINDOWS =
    "\u20ac\x81\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\x8d\u017d\x8f" +
    "\x90\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\x9d\u017e\u0178";
  const CHUNK = 8192; // arguments of one call

  function encodeUtf8(text) {
    const bytes = unescape(encodeURIComponent(text.toWellFormed()));
    const out = new Uint8Array(bytes.length);
    for (let n = 0; n < bytes.length; n++) out[n] = bytes.charCodeAt(n);
    return out;
  }

  // How many bytes a character has that begins with this one, and between which the second one is.
  function leadOf(byte) {
    if (byte >= 0xc2 && byte <= 0xdf) return [2, 0x80, 0xbf];
    if (byte >= 0xe0 && byte <= 0xef) return [3, byte === 0xe0 ? 0xa0 : 0x80, byte === 0xed ? 0x9f : 0xbf];
    if (byte >= 0xf0 && byte <= 0xf4) return [4, byte === 0xf0 ? 0x90 : 0x80, byte === 0xf4 ? 0x8f : 0xbf];
    return [0, 0, 0];
  }

  // Return the text, and how many bytes at the end may be the beginning of a character. What is no
  // UTF-8 becomes U+FFFD, one for each longest beginning of a character.
  function scanUtf8(bytes, bad) {
    let out = "";
    let points = [];
    let at = 0;
    const put = (point) => {
      if (points.push(point) >= CHUNK) {
        out += String.fromCodePoint(...points);
        points = [];
      }
    };
    while (at < bytes.length) {
      const byte = bytes[at];
      if (byte < 0x80) {
        put(byte);
        at += 1;
        continue;
      }
      const [size, least, most] = leadOf(byte);
      let length = 1;
      let point = byte & (0x7f >> size);
      while (length < size && at + length < bytes.length) {
        const next = bytes[at + length];
        if (next < (length === 1 ? least : 0x80) || next > (length === 1 ? most : 0xbf)) break;
        point = (point << 6) | (next & 0x3f);
        length += 1;
      }
      if (size > 0 && length < size && at + length === bytes.length) break; // it may go on
      put(size > 0 && length === size ? point : bad());
      at += length;
    }
    return [out + String.fromCodePoint(...points), bytes.length - at];
  }

  function scanUtf16(bytes, bad, last) {
    let out = "";
    let end = bytes.length - (bytes.length % 2);
    const isLead = (at) => bytes[at + 1] >= 0xd8 && bytes[at + 1] <= 0xdb;
    if (!last && end >= 2 && isLead(end - 2)) end -= 2;
    for (let at = 0; at < end; at += 2) out += String.fromCharCode(bytes[at] | (bytes[at + 1] << 8));
    if (!out.isWellFormed()) bad();
    return [out.toWellFormed(), bytes.length - end];
  }

  function scanWindows(bytes) {
    let out = "";
    for (const byte of bytes) out += byte >= 0x80 && byte < 0xa0 ? WINDOWS[byte - 0x80] : String.fromCharCode(byte);
    return [out, 0];
  }

  const SCANNERS = { "utf-8": scanUtf8, "utf-16le": scanUtf16, "windows-1252": scanWindows };
  const REPLACEMENT = 0xfffd;

  class TextEncoder {
    get encoding() {
      return "utf-8";
    }
    encode(input = "") {
      return encodeUtf8(usvString(input));
    }
    encodeInto(source, destination) {
      let [read, written] = [0, 0];
      for (const character of usvString(source)) {
        const bytes = encodeUtf8(character);
        if (written + bytes.length > destination.length) break;
        destination.set(bytes, written);
        read += character.length;
        written += bytes.length;
      }
      return { read, written };
    }
  }

  class TextDecoder {
    #encoding;
    #fatal;
    #ignoreBOM;
    #rest = new Uint8Array(0);
    #begun = false;

    constructor(label = "utf-8", options = undefined) {
      const name = domString(label).trim().toLowerCase();
      this.#encoding = Object.keys(LABELS).find((each) => LABELS[each].includes(name));
      if (this.#encoding === undefined) throw new RangeError(`TextDecoder: no encoding here is ${name}`);
      this.#fatal = member(dictionary(options), "fatal", Boolean, false);
      this.#ignoreBOM = member(options, "ignoreBOM", Boolean, false);
    }
    get encoding() {
      return this.#encoding;
    }
    get fatal() {
      return this.#fatal;
    }
    get ignoreBOM() {
      return this.#ignoreBOM;
    }
    decode(input = undefined, options = undefined) {
      const given = input === undefined ? new Uint8Array(0) : bytesOf(input);
      if (given === undefined) throw new TypeError("decode: expected a buffer");
      const last = !member(dictionary(options), "stream", Boolean, false);
      const bytes = new Uint8Array(this.#rest.length + given.length);
      bytes.set(this.#rest);
      bytes.set(given, this.#rest.length);
      let [text, left] = SCANNERS[this.#encoding](bytes, () => this.#bad(), last);
      this.#rest = bytes.slice(bytes.length - left);
      if (last && left > 0) text += String.fromCodePoint(this.#bad());
      text = this.#withoutMark(text);
      if (last) this.#reset();
      return text;
    }
    #withoutMark(text) {
      const begins = !this.#begun && text !== "";
      if (begins) this.#begun = true;
      return begins && !this.#ignoreBOM && text[0] === "\ufeff" ? text.slice(1) : text;
    }
    #bad() {
      if (!this.#fatal) return REPLACEMENT;
      this.#reset();
      throw new TypeError(`decode: the bytes are no ${this.#encoding}`);
    }
    #reset() {
      this.#rest = new Uint8Array(0);
      this.#begun = false;
    }
  }

  host.encodeUtf8 = encodeUtf8;
  host.decodeUtf8 = (bytes) => {
    const [text, left] = scanUtf8(bytes, () => REPLACEMENT);
    return left > 0 ? `${text}\ufffd` : text;
  };
  define(TextEncoder);
  define(TextDecoder);
};
