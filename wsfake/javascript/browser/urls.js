// Reading URLs (URL Standard section 4), relative ones too, and how a WebSocket's is read.
(host) => {
  "use strict";
  const { parseHost, percentEncode } = host;
  const PORTS = { "http:": 80, "https:": 443, "ws:": 80, "wss:": 443, "ftp:": 21, "file:": null };
  const SETS = {
    fragment: /[\x00-\x20"<>`\x7f]|[^\x00-\x7f]+/g,
    query: /[\x00-\x20"#<>\x7f]|[^\x00-\x7f]+/g,
    "special query": /[\x00-\x20"#<>'\x7f]|[^\x00-\x7f]+/g,
    path: /[\x00-\x20"#<>?^`{}\x7f]|[^\x00-\x7f]+/g,
    userinfo: /[\x00-\x20"#<>?^`{}/:;=@[\\\]|\x7f]|[^\x00-\x7f]+/g,
    opaque: /[\x00-\x1f\x7f]|[^\x00-\x7f]+/g,
  };
  const DOT = /^(?:\.|%2e)$/i;
  const DOTS = /^(?:\.|%2e)(?:\.|%2e)$/i;
  const LETTER = /^[A-Za-z][:|]$/;

  const STARTS_WITH_LETTER = /^[A-Za-z][:|](?:[/\\?]|$)/;

  class Record {
    constructor(scheme) {
      this.scheme = scheme;
      this.username = this.password = "";
      this.host = null;
      this.port = null;
      this.path = []; // or a text, where it is opaque
      this.query = this.fragment = null;
    }
    get special() {
      return this.scheme in PORTS;
    }
    get pathname() {
      return typeof this.path === "string" ? this.path : this.path.map((part) => `/${part}`).join("");
    }
    get login() {
      if (this.username === "" && this.password === "") return "";
      return `${this.username}${this.password === "" ? "" : `:${this.password}`}@`;
    }
    get authority() {
      return this.host + (this.port === null ? "" : `:${this.port}`);
    }
    get href() {
      const fragment = this.fragment === null ? "" : `#${this.fragment}`;
      const query = this.query === null ? "" : `?${this.query}`;
      let place = this.host === null ? "" : `//${this.login}${this.authority}`;
      if (this.host === null && this.path.length > 1 && this.path[0] === "") place = "/.";
      return this.scheme + place + this.pathname + query + fragment;
    }
    get origin() {
      return this.special && this.scheme !== "file:" ? `${this.scheme}//${this.authority}` : "null";
    }
    setPort(digits) {
      if (digits !== "" && !/^[0-9]+$/.test(digits) || Number(digits) > 65535) return false;
      this.port = digits === "" || Number(digits) === PORTS[this.scheme] ? null : Number(digits);
      return true;
    }
    setQuery(text) {
      this.query = text === null ? null : percentEncode(text, SETS[this.special ? "special query" : "query"]);
    }
    setFragment(text) {
      this.fragment = text === null ? null : percentEncode(text, SETS.fragment);
    }
    // The parts of a path that go on where the path is now.
    append(text) {
      const parts = this.special ? text.split(/[/\\]/) : text.split("/");
      parts.forEach((part, index) => {
        const isLast = index === parts.length - 1;
        if (DOTS.test(part)) this.shorten();
        if (DOTS.test(part) || DOT.test(part)) {
          if (isLast) this.path.push("");
          return;
        }
        if (this.scheme === "file:" && this.path.length === 0 && LETTER.test(part)) part = `${part[0]}:`;
        this.path.push(percentEncode(part, SETS.path));
      });
    }
    shorten() {
      if (this.scheme === "file:" && this.path.length === 1 && /^[A-Za-z]:$/.test(this.path[0])) return;
      this.path.pop();
    }
    // `user:password@host:port`; false where that cannot be.
    setAuthority(text) {
      const at = text.lastIndexOf("@");
      if (at >= 0) this.setLogin(text.slice(0, at));
      const place = text.slice(at + 1);
      const [, name, port = ""] = /^((?:\[[^\]]*\]?|[^:[])*)(?::([^]*))?$/.exec(place) ?? [];
      if (name === undefined || (name === "" && (this.special || at >= 0 || place !== ""))) return false;
      this.host = name === "" ? "" : parseHost(name, this.special);
      return this.host !== null && this.setPort(port);
    }
    setLogin(login) {
      const colon = login.indexOf(":");
      this.username = percentEncode(colon < 0 ? login : login.slice(0, colon), SETS.userinfo);
      this.password = colon < 0 ? "" : percentEncode(login.slice(colon + 1), SETS.userinfo);
    }
    copy(other, ...names) {
      for (const name of names) this[name] = Array.isArray(other[name]) ? [...other[name]] : other[name];
    }
  }

  // Read a text, relative to a URL that was read, if there is one; null is none.
  function parse(input, base = null) {
    const text = input.replace(/^[\x00-\x20]+|[\x00-\x20]+$/g, "").replace(/[\t\n\r]/g, "");
    const [, before, fragment] = /^([^#]*)(?:#([^]*))?$/.exec(text);
    const [, scheme, rest] = /^(?:([A-Za-z][A-Za-z0-9+.-]*):)?([^]*)$/.exec(before);
    const url = new Record(scheme === undefined ? base?.scheme : `${scheme.toLowerCase()}:`);
    const done = scheme === undefined ? parseRelative(url, before, base) : parseAbsolute(url, rest, base);
    if (!done || (fragment === undefined && scheme === undefined && typeof base.path === "string")) return null;
    url.setFragment(fragment ?? null);
    return url;
  }

  function parseAbsolute(url, rest, base) {
    if (url.scheme === "file:") return parseFile(url, rest, base?.scheme === "file:" ? base : null);
    if (url.special) {
      if (base?.scheme === url.scheme && !rest.startsWith("//")) return parseRelative(url, rest, base);
      return parsePlace(url, rest.replace(/^[/\\]*/, ""));
    }
    if (rest.startsWith("//")) return parsePlace(url, rest.slice(2));
    const [path, query] = split(rest);
    url.setQuery(query);
    if (path.startsWith("/")) url.append(path.slice(1));
    else url.path = percentEncode(path.replace(/ +$/, (spaces) => `${spaces.slice(1)}%20`), SETS.opaque);
    return true;
  }

  function parseRelative(url, rest, base) {
    if (base === null) return false;
    if (typeof base.path === "string") {
      if (rest !== "") return false;
      url.copy(base, "path", "query");
      return true;
    }
    if (url.scheme === "file:") return parseFile(url, rest, base);
    const slashes = url.special ? /^[/\\]{2}/ : /^\/\//;
    if (slashes.test(rest)) return parsePlace(url, url.special ? rest.replace(/^[/\\]+/, "") : rest.slice(2));
    url.copy(base, "username", "password", "host", "port");
    return parsePath(url, rest, base);
  }

  // What comes behind an authority that is the base's: a path of its own, or one that goes on.
  function parsePath(url, rest, base) {
    const [path, query] = split(rest);
    if (url.special ? /^[/\\]/.test(path) : path.startsWith("/")) {
      url.append(path.slice(1));
    } else {
      url.copy(base, "path");
      if (path !== "") {
        url.shorten();
        url.append(path);
      }
    }
    if (path === "" && query === null) url.query = base.query;
    else url.setQuery(query);
    return true;
  }

  // Behind "//": an authority, and a path.
  function parsePlace(url, rest) {
    const [place, query] = split(rest);
    const end = place.search(url.special ? /[/\\]/ : /\//);
    const authority = end < 0 ? place : place.slice(0, end);
    if (!url.setAuthority(authority)) return false;
    if (end >= 0) url.append(place.slice(end + 1));
    else if (url.special) url.path = [""];
    url.setQuery(query);
    return true;
  }

  function parseFile(url, rest, base) {
    url.host = "";
    if (/^[/\\]{2}/.test(rest)) {
      const [place, query] = split(rest.slice(2));
      const end = place.search(/[/\\]/);
      const name = end < 0 ? place : place.slice(0, end);
      const isLetter = LETTER.test(name);
      const parsed = name === "" || isLetter ? "" : parseHost(name, true);
      if (parsed === null) return false;
      url.host = parsed === "localhost" ? "" : parsed;
      url.append(isLetter ? place : end < 0 ? "" : place.slice(end + 1));
      url.setQuery(query);
      return true;
    }
    url.host = base?.host ?? "";
    if (base === null) return parsePath(url, `/${rest.replace(/^[/\\]/, "")}`, url);
    const drive = /^[A-Za-z]:$/.test(base.path[0]) ? base.path[0] : undefined;
    if (/^[/\\]/.test(rest)) {
      if (drive !== undefined && !STARTS_WITH_LETTER.test(rest.slice(1))) url.path = [drive];
      const [path, query] = split(rest);
      url.append(path.slice(1));
      url.setQuery(query);
      return true;
    }
    return parsePath(url, STARTS_WITH_LETTER.test(rest) ? `/${rest}` : rest, base);
  }

  function split(text) {
    const mark = text.indexOf("?");
    return mark < 0 ? [text, null] : [text.slice(0, mark), text.slice(mark + 1)];
  }

  // WebSockets Standard, section 3.1, the constructor; Mixed Content, section 4.
  const SCHEMES = { "http:": "ws:", "https:": "wss:" };
  const LOCAL = ["localhost", "127.0.0.1", "[::1]"];

  function readWebSocketUrl(text) {
    const { page } = host;
    const url = parse(text, page);
    if (url === null) {
      const hint = page === null ? " (for a relative one, set base_url)" : "";
      throw syntaxError(`expected a URL, got ${JSON.stringify(text)}${hint}`);
    }
    url.scheme = SCHEMES[url.scheme] ?? url.scheme;
    if (url.scheme !== "ws:" && url.scheme !== "wss:") {
      throw syntaxError(`expected a ws, wss, http or https URL, got ${JSON.stringify(text)}`);
    }
    if (url.fragment !== null) throw syntaxError(`expected a URL without a fragment, got ${JSON.stringify(text)}`);
    if (page !== null && /^(?:https|wss):$/.test(page.scheme) && url.scheme === "ws:" && !LOCAL.includes(url.host)) {
      throw new DOMException(`expected a wss URL on a page of https, got ${JSON.stringify(text)}`, "SecurityError");
    }
    return url;
  }

  const syntaxError = (message) => new DOMException(message, "SyntaxError");

  host.parseUrl = parse;
  host.readUrl = { whatwg: readWebSocketUrl };
  host.page = host.start.page === null ? null : parse(host.start.page);
  host.userinfoSet = SETS.userinfo;
};
