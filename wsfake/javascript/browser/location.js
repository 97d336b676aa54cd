// `location`: the URL of the page, which stays on it.
(host) => {
  "use strict";
  const { define } = host.idl;
  const url = host.page ?? host.parseUrl("about:blank");
  let making = false;

  class Location {
    constructor() {
      if (!making) throw new TypeError("Illegal constructor");
    }
    get origin() {
      return url.origin;
    }
    get ancestorOrigins() {
      return [];
    }
    assign() {
      leave();
    }
    replace() {
      leave();
    }
    reload() {
      leave();
    }
    toString() {
      return url.href;
    }
  }

  const leave = () => {
    throw new DOMException("a page of a test is not left: no other one is there", "NotSupportedError");
  };
  const PARTS = {
    href: () => url.href,
    protocol: () => url.scheme,
    host: () => (url.host === null ? "" : url.authority),
    hostname: () => url.host ?? "",
    port: () => String(url.port ?? ""),
    pathname: () => url.pathname,
    search: () => (url.query ? `?${url.query}` : ""),
    hash: () => (url.fragment ? `#${url.fragment}` : ""),
  };
  for (const [name, get] of Object.entries(PARTS)) {
    Object.defineProperty(Location.prototype, name, { get, set: leave, enumerable: true, configurable: true });
  }
  define(Location);
  making = true;
  const location = new Location();
  making = false;
  return { location, names: { origin: url.origin, isSecureContext: url.scheme === "https:" } };
};
