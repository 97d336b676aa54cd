// What a host displays of a URL, and whether it connects to it: as wsfake/script_api/urls.py reads it,
// inside the script's call. Python reads it again to connect.
(host) => {
  "use strict";
  const URL_PARTS = /^(?:([A-Za-z][A-Za-z0-9+.-]*):)?(?:\/\/([^/?#]*))?([^?#]*)(\?[^#]*)?(#[^]*)?$/;
  const NAME = /^(?:(?!\.)(?:[\w-]|[^\x00-\x7f]|\.(?!\.))*|\[[0-9A-Fa-f:.]+\])$/;
  const UNREAD = /[\x00-\x20"<>\\^`{|}\x7f]|[^\x00-\x7f]+/g;
  const UNRESERVED = /[-.0-9A-Z_a-z~]/;
  const DEAD = { shown: "", connects: false };

  function readQt(text) {
    const found = URL_PARTS.exec(text);
    if (found === null || text === "") return DEAD;
    const [, given, place, ...rest] = found;
    const scheme = (given ?? "").toLowerCase();
    const authority = readAuthority(place);
    if (authority === null || (scheme === "" && text.split(/[/?#]/)[0].includes(":"))) return DEAD;
    const connects = scheme === "ws" || scheme === "wss";
    const [path, query, fragment] = rest.map((part) => encode(part ?? ""));
    if (connects && path.includes("%0D%0A")) return DEAD;
    const beginning = (scheme && `${scheme}:`) + (place !== undefined ? "//" : "");
    const { login, name, port } = authority;
    const number = port !== null ? `:${port}` : "";
    return { shown: beginning + decode(login) + name + number + decode(path + query + fragment), connects };
  }

  function readAuthority(text = "") {
    const at = text.lastIndexOf("@");
    const [user, place] = [text.slice(0, Math.max(at, 0)), text.slice(at + 1)];
    const [, host, digits] = /^([^]*?)(?::(\d*))?$/.exec(place);
    const name = host.replace(/%([0-9A-Fa-f]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
    const port = digits ? Number(digits) : null;
    if (user.includes("@") || !NAME.test(name) || port > 65535) return null;
    const login = encode(user.split(":")[0]).replaceAll("[", "%5B").replaceAll("]", "%5D");
    return { login: login + (at >= 0 ? "@" : ""), name: name.toLowerCase(), port };
  }

  // One wrong escape makes text of every "%" in a part.
  function encode(part) {
    if (/%(?![0-9A-Fa-f]{2})/.test(part)) part = part.replaceAll("%", "%25");
    part = part.replace(/%([0-9A-Fa-f]{2})/g, (_, hex) => {
      const character = String.fromCharCode(parseInt(hex, 16));
      return UNRESERVED.test(character) ? character : `%${hex.toUpperCase()}`;
    });
    return part.replace(UNREAD, (run) => encodeURIComponent(run.toWellFormed()));
  }

  function decode(part) {
    return part.replaceAll("%20", " ").replace(/(?:%[89A-F][0-9A-F])+/g, decodeRun);
  }

  function decodeRun(rest) {
    let shown = "";
    while (rest !== "") {
      const lead = parseInt(rest.slice(1, 3), 16);
      const whole = rest.slice(0, 3 * (lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2));
      let character = rest.slice(0, 3);
      let taken = character.length;
      try {
        [character, taken] = [decodeURIComponent(whole), whole.length];
      } catch {
        // no character begins here: this byte stays an escape
      }
      shown += character;
      rest = rest.slice(taken);
    }
    return shown;
  }

  host.readUrl = { qt: readQt };
};
