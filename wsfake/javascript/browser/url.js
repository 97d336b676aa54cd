// `URL` and `URLSearchParams` (URL Standard sections 5 and 6).
(host) => {
  "use strict";
  const { define, atLeast, usvString, isObject } = host.idl;
  const { parseUrl, percentEncode, parseHost, userinfoSet } = host;
  const FORM = /[^*\-.0-9A-Z_a-z]/gu;

  function decodeForm(text) {
    const bytes = unescape(encodeURIComponent(text)).replaceAll("+", " ");
    const plain = bytes.replace(/%([0-9A-Fa-f]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
    return host.decodeUtf8(Uint8Array.from(plain, (byte) => byte.charCodeAt(0)));
  }

  function parseForm(text) {
    const parts = text.split("&").filter((part) => part !== "");
    return parts.map((part) => {
      const [, name, value = ""] = /^([^=]*)(?:=([^]*))?$/.exec(part);
      return [decodeForm(name), decodeForm(value)];
    });
  }

  const encodeForm = (text) => percentEncode(text, FORM).replaceAll("%20", "+");
  const writeForm = (list) => list.map((pair) => pair.map(encodeForm).join("=")).join("&");

  function pairsOf(init) {
    if (!isObject(init)) return parseForm(usvString(init).replace(/^\?/, ""));
    if (init[Symbol.iterator] === undefined) {
      return Reflect.ownKeys(init).map((name) => [usvString(name), usvString(init[name])]);
    }
    return [...init].map((pair) => {
      const [name, value, ...rest] = pair;
      if ([...pair].length !== 2 || rest.length > 0) throw new TypeError("expected pairs of a name and a value");
      return [usvString(name), usvString(value)];
    });
  }

  let follow;
  let reset;

  class URLSearchParams {
    #list;
    #changed = () => {};

    constructor(init = "") {
      this.#list = pairsOf(init);
    }
    get size() {
      return this.#list.length;
    }
    append(name, value) {
      atLeast(2, arguments, "append");
      this.#list.push([usvString(name), usvString(value)]);
      this.#changed();
    }
    delete(name, value = undefined) {
      atLeast(1, arguments, "delete");
      const [one, two] = [usvString(name), value === undefined ? undefined : usvString(value)];
      this.#list = this.#list.filter((pair) => pair[0] !== one || (two !== undefined && pair[1] !== two));
      this.#changed();
    }
    get(name) {
      atLeast(1, arguments, "get");
      const key = usvString(name);
      return this.#list.find((pair) => pair[0] === key)?.[1] ?? null;
    }
    getAll(name) {
      atLeast(1, arguments, "getAll");
      const key = usvString(name);
      return this.#list.filter((pair) => pair[0] === key).map((pair) => pair[1]);
    }
    has(name, value = undefined) {
      atLeast(1, arguments, "has");
      const [one, two] = [usvString(name), value === undefined ? undefined : usvString(value)];
      return this.#list.some((pair) => pair[0] === one && (two === undefined || pair[1] === two));
    }
    set(name, value) {
      atLeast(2, arguments, "set");
      const [one, two] = [usvString(name), usvString(value)];
      const first = this.#list.findIndex((pair) => pair[0] === one);
      if (first < 0) this.#list.push([one, two]);
      else this.#list = this.#list.filter((pair, index) => pair[0] !== one || index === first);
      if (first >= 0) this.#list[first] = [one, two];
      this.#changed();
    }
    sort() {
      this.#list.sort(([one], [two]) => (one < two ? -1 : one > two ? 1 : 0));
      this.#changed();
    }
    forEach(callback, self = undefined) {
      atLeast(1, arguments, "forEach");
      for (const [name, value] of this.#list) callback.call(self, value, name, this);
    }
    *entries() {
      for (let index = 0; index < this.#list.length; index++) yield [...this.#list[index]];
    }
    *keys() {
      for (const [name] of this.entries()) yield name;
    }
    *values() {
      for (const [, value] of this.entries()) yield value;
    }
    toString() {
      return writeForm(this.#list);
    }

    static {
      this.prototype[Symbol.iterator] = this.prototype.entries;
      Object.defineProperty(this.prototype, Symbol.iterator, { enumerable: false });
      follow = (params, changed) => {
        params.#changed = changed;
      };
      reset = (params, query) => {
        params.#list = parseForm(query ?? "");
      };
    }
  }
  function read(text, base) {
    const relative = base === undefined ? null : parseUrl(usvString(base));
    if (base !== undefined && relative === null) return null;
    return parseUrl(usvString(text), relative);
  }

  class URL {
    #url;
    #params;

    constructor(url, base = undefined) {
      atLeast(1, arguments, "URL");
      this.#take(read(url, base), url);
    }

    #take(read, text) {
      if (read === null) throw new TypeError(`expected a URL, got ${JSON.stringify(String(text))}`);
      this.#url = read;
      if (this.#params === undefined) {
        this.#params = new URLSearchParams(read.query ?? "");
        follow(this.#params, () => {
          const query = String(this.#params);
          this.#url.query = query === "" ? null : query;
        });
      } else {
        reset(this.#params, read.query);
      }
    }

    static canParse(url, base = undefined) {
      atLeast(1, arguments, "canParse");
      return read(url, base) !== null;
    }
    static parse(url, base = undefined) {
      atLeast(1, arguments, "parse");
      return read(url, base) === null ? null : new URL(url, base);
    }

    get href() {
      return this.#url.href;
    }
    set href(value) {
      this.#take(parseUrl(usvString(value)), value);
    }
    get origin() {
      return this.#url.origin;
    }
    get protocol() {
      return this.#url.scheme;
    }
    set protocol(value) {
      const [scheme] = /^[A-Za-z][A-Za-z0-9+.-]*/.exec(usvString(value)) ?? [];
      if (scheme === undefined) return;
      const other = parseUrl(`${scheme.toLowerCase()}://h`);
      const url = this.#url;
      if (other.special !== url.special) return;
      if (other.scheme === "file:" && (url.login !== "" || url.port !== null)) return;
      if (url.scheme === "file:" && url.host === "") return;
      url.scheme = other.scheme;
      url.setPort(String(url.port ?? ""));
    }
    get username() {
      return this.#url.username;
    }
    set username(value) {
      if (this.#hasPlace()) this.#url.username = percentEncode(usvString(value), userinfoSet);
    }
    get password() {
      return this.#url.password;
    }
    set password(value) {
      if (this.#hasPlace()) this.#url.password = percentEncode(usvString(value), userinfoSet);
    }
    get host() {
      return this.#url.host === null ? "" : this.#url.authority;
    }
    set host(value) {
      const [, name, , port] = /^(\[[^\]]*\]|[^:/?#\\]*)(:([0-9]*))?/.exec(usvString(value));
      if (this.#setHost(name) && port) this.#url.setPort(port);
    }
    get hostname() {
      return this.#url.host ?? "";
    }
    set hostname(value) {
      const [name] = /^(?:\[[^\]]*\]|[^:/?#\\]*)/.exec(usvString(value));
      this.#setHost(name);
    }
    get port() {
      return String(this.#url.port ?? "");
    }
    set port(value) {
      const [digits] = /^[0-9]*/.exec(usvString(value));
      if (this.#hasPlace() && (digits !== "" || value === "")) this.#url.setPort(digits);
    }
    get pathname() {
      return this.#url.pathname;
    }
    set pathname(value) {
      const url = this.#url;
      if (typeof url.path === "string") return;
      url.path = [];
      url.append(usvString(value).replace(url.special ? /^[/\\]/ : /^\//, ""));
    }
    get search() {
      return this.#url.query ? `?${this.#url.query}` : "";
    }
    set search(value) {
      const text = usvString(value);
      this.#url.setQuery(text === "" ? null : text.replace(/^\?/, ""));
      reset(this.#params, this.#url.query);
    }
    get searchParams() {
      return this.#params;
    }
    get hash() {
      return this.#url.fragment ? `#${this.#url.fragment}` : "";
    }
    set hash(value) {
      const text = usvString(value);
      this.#url.setFragment(text === "" ? null : text.replace(/^#/, ""));
    }
    toString() {
      return this.#url.href;
    }
    toJSON() {
      return this.#url.href;
    }

    #hasPlace() {
      return this.#url.host !== null && this.#url.host !== "" && this.#url.scheme !== "file:";
    }
    #setHost(name) {
      const url = this.#url;
      if (typeof url.path === "string" || (name === "" && url.special)) return false;
      const parsed = parseHost(name, url.special);
      if (parsed !== null) url.host = parsed;
      return parsed !== null;
    }
  }

  define(URLSearchParams);
  define(URL);
};
