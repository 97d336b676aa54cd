// The host of a URL (URL Standard section 3). Names in other scripts are folded by NFKC and written in
// Punycode (RFC 3492); the tables of UTS 46 beyond that, such as what no registry takes, are not here.
(host) => {
  "use strict";
  const FORBIDDEN = /[\0\t\n\r #/:<>?@[\\\]^|]/;
  const FORBIDDEN_IN_DOMAIN = /[\0-\x20#%/:<>?@[\\\]^|\x7f]/;
  const IGNORED = /[\u00ad\u200b\u2060\ufeff\u180b-\u180d\ufe00-\ufe0f\u034f]/g;
  const encoder = (text) => unescape(encodeURIComponent(text.toWellFormed()));

  // Percent-encode the bytes of what a set holds.
  const percentEncode = (text, set) =>
    text.replace(set, (run) =>
      Array.from(encoder(run), (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`).join(""),
    );

  // Decode to text; null where that is no UTF-8.
  function percentDecode(text) {
    const bytes = encoder(text).replace(/%([0-9A-Fa-f]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
    try {
      return decodeURIComponent(escape(bytes));
    } catch {
      return null;
    }
  }

  // Return a host as it is written, or null for what is none. Not special: as it is.
  function parseHost(text, special) {
    if (text.startsWith("[")) return text.endsWith("]") ? parseIPv6(text.slice(1, -1)) : null;
    if (!special) return FORBIDDEN.test(text) ? null : percentEncode(text, /[\x00-\x1f\x7f]|[^\x00-\x7f]+/g);
    const decoded = percentDecode(text);
    const ascii = decoded === null ? null : domainToAscii(decoded);
    if (ascii === null || ascii === "" || FORBIDDEN_IN_DOMAIN.test(ascii)) return null;
    return endsInNumber(ascii) ? parseIPv4(ascii) : ascii;
  }

  function domainToAscii(domain) {
    const folded = domain.replace(/\u1e9e/g, "ss").replace(IGNORED, "").toLowerCase().normalize("NFKC").toLowerCase();
    const labels = folded.normalize("NFC").replace(/[\u3002\uff0e\uff61]/g, ".").split(".");
    const written = labels.map((label) => {
      if (/^[\x00-\x7f]*$/.test(label)) return label.startsWith("xn--") && !isPunycode(label) ? null : label;
      if (label.startsWith("xn--") || /^\p{M}/u.test(label) || label.includes("\ufffd")) return null;
      return `xn--${punycode(label)}`;
    });
    return written.includes(null) ? null : written.join(".");
  }

  const isPunycode = (label) => /^xn--(?:[a-z0-9-]*-)?[a-z0-9]+$/.test(label) && !label.endsWith("-");

  function punycode(label) {
    const points = Array.from(label, (character) => character.codePointAt(0));
    const basic = points.filter((point) => point < 0x80);
    let out = String.fromCharCode(...basic) + (basic.length > 0 ? "-" : "");
    let [n, delta, bias, handled] = [128, 0, 72, basic.length];
    while (handled < points.length) {
      const next = Math.min(...points.filter((point) => point >= n));
      delta += (next - n) * (handled + 1);
      n = next;
      for (const point of points) {
        if (point < n) delta += 1;
        if (point !== n) continue;
        out += variableLength(delta, bias);
        bias = adapt(delta, handled + 1, handled === basic.length);
        delta = 0;
        handled += 1;
      }
      delta += 1;
      n += 1;
    }
    return out;
  }

  const digit = (value) => String.fromCharCode(value + (value < 26 ? 97 : 22));

  function variableLength(delta, bias) {
    let out = "";
    for (let k = 36; ; k += 36) {
      const threshold = Math.min(Math.max(k - bias, 1), 26);
      if (delta < threshold) return out + digit(delta);
      out += digit(threshold + ((delta - threshold) % (36 - threshold)));
      delta = Math.floor((delta - threshold) / (36 - threshold));
    }
  }

  function adapt(delta, count, first) {
    delta = Math.floor(delta / (first ? 700 : 2));
    delta += Math.floor(delta / count);
    let k = 0;
    for (; delta > 455; k += 36) delta = Math.floor(delta / 35);
    return k + Math.floor((36 * delta) / (delta + 38));
  }

  function endsInNumber(text) {
    const parts = text.split(".");
    if (parts.at(-1) === "" && parts.length > 1) parts.pop();
    return /^(?:[0-9]+|0[xX][0-9A-Fa-f]*)$/.test(parts.at(-1));
  }

  function parseIPv4(text) {
    const parts = text.split(".");
    if (parts.at(-1) === "" && parts.length > 1) parts.pop();
    const numbers = parts.map(parseNumber);
    const last = numbers.pop();
    if (parts.length > 4 || last === null || numbers.some((number) => number === null || number > 255)) return null;
    if (last >= 256 ** (4 - numbers.length)) return null;
    let address = last;
    numbers.forEach((number, index) => {
      address += number * 256 ** (3 - index);
    });
    return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join(".");
  }

  function parseNumber(part) {
    if (/^0[xX][0-9A-Fa-f]*$/.test(part)) return part.length === 2 ? 0 : parseInt(part.slice(2), 16);
    if (/^0[0-7]+$/.test(part)) return parseInt(part, 8);
    return /^(?:0|[1-9][0-9]*)$/.test(part) ? Number(part) : null;
  }

  function parseIPv6(text) {
    const halves = text.split("::");
    if (halves.length > 2) return null;
    const read = halves.map((half, index) => piecesOf(half, index === halves.length - 1));
    if (read.includes(null)) return null;
    const missing = 8 - read.flat().length;
    if (halves.length === 1 ? missing !== 0 : missing < 1) return null;
    const pieces = halves.length === 1 ? read[0] : [...read[0], ...Array(missing).fill(0), ...read[1]];
    return `[${writeIPv6(pieces)}]`;
  }

  function piecesOf(text, isLast) {
    if (text === "") return [];
    const parts = text.split(":");
    const embedded = isLast && parts.at(-1).includes(".") ? parts.pop() : undefined;
    if (!parts.every((part) => /^[0-9A-Fa-f]{1,4}$/.test(part))) return null;
    const pieces = parts.map((part) => parseInt(part, 16));
    if (embedded === undefined) return pieces;
    const bytes = embedded.split(".");
    if (bytes.length !== 4 || !bytes.every((byte) => /^(?:0|[1-9][0-9]{0,2})$/.test(byte) && byte < 256)) return null;
    return [...pieces, bytes[0] * 256 + Number(bytes[1]), bytes[2] * 256 + Number(bytes[3])];
  }

  // The longest run of zeros, of two at least, and the first of those, is left out.
  function writeIPv6(pieces) {
    let [begin, length] = [-1, 1];
    for (let at = 0; at < 8; at++) {
      let end = at;
      while (end < 8 && pieces[end] === 0) end += 1;
      if (end - at > length) [begin, length] = [at, end - at];
    }
    const hex = pieces.map((piece) => piece.toString(16));
    if (begin < 0) return hex.join(":");
    return `${hex.slice(0, begin).join(":")}::${hex.slice(begin + length).join(":")}`;
  }

  host.parseHost = parseHost;
  host.percentEncode = percentEncode;
};
