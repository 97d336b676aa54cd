// `WebSocket` (WebSockets Standard section 3).
(host) => {
  "use strict";
  const { define, atLeast, isObject, domString, usvString, clampedShort, bytesOf } = host.idl;
  const { Socket, profile } = host;
  const { Blob, CloseEvent, Event, EventTarget, MessageEvent } = host.globals;
  const CONSTANTS = { CONNECTING: 0, OPEN: 1, CLOSING: 2, CLOSED: 3 };
  const MOST_REASON = 123; // bytes of UTF-8 that fit into a Close (RFC 6455 section 5.5)
  const MAKERS = {
    open: () => new Event("open"),
    error: () => new Event("error"),
    message: ([data], binaryType, origin) => {
      const isBlob = typeof data !== "string" && binaryType === "blob";
      return new MessageEvent("message", { data: isBlob ? new Blob([data]) : data, origin });
    },
    close: ([code, reason, wasClean]) => new CloseEvent("close", { code, reason, wasClean }),
  };
  const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/; // RFC 9110 section 5.6.2

  // The names of wsfake/script_api/browser/conversions.py
  const converters = { browser: toMessage };
  const closeConverters = { clamp: toClose };
  const convert = converters[profile.convert];
  const closeArguments = closeConverters[profile.close_arguments];
  const readUrl = host.readUrl[profile.urls];

  class WebSocket extends EventTarget {
    #socket;
    #origin;
    #binaryType = profile.binary_type;

    constructor(url, protocols = undefined) {
      atLeast(1, arguments, "WebSocket");
      super();
      const text = usvString(url);
      const names = toProtocols(protocols);
      const read = readUrl(text);
      check(names);
      this.#origin = read.origin;
      this.#socket = connect(read, names, host.place(WebSocket));
      this.#socket.faces.push({
        fire: (event, given) => {
          host.dispatch(this, host.trusted(MAKERS[event](given, this.#binaryType, this.#origin)));
        },
      });
    }

    get url() {
      return this.#socket.url;
    }
    get readyState() {
      return this.#socket.readyState;
    }
    get bufferedAmount() {
      return this.#socket.buffered;
    }
    get extensions() {
      return this.#socket.extensions;
    }
    get protocol() {
      return this.#socket.protocol;
    }
    get binaryType() {
      return this.#binaryType;
    }
    set binaryType(value) {
      const name = domString(value);
      this.#binaryType = name === "blob" || name === "arraybuffer" ? name : this.#binaryType;
    }

    close(code = undefined, reason = undefined) {
      const socket = this.#socket;
      socket.carryOut("close", { ...closeArguments(code, reason), place: host.place(WebSocket.prototype.close) });
    }

    send(data) {
      const socket = this.#socket;
      atLeast(1, arguments, "send");
      const given = convert(data);
      given.place = host.place(WebSocket.prototype.send);
      if (socket.state === "closing" || socket.state === "closed") {
        host.emit("lint", "lost", [socket.state], given.place);
      }
      socket.carryOut("send", given);
    }
  }

  function connect(read, names, place) {
    const socket = Socket.connecting({ connects: true, shown: read.href }, read.href, place, names);
    Object.assign(socket, { buffered: 0, leaving: 0, extensions: "", protocol: "" });
    socket.buffer = ({ size }, leaves) => {
      socket.buffered += size;
      if (!leaves || size === 0) return;
      if (socket.leaving === 0) host.emit("leaving", socket.id);
      socket.leaving += size;
    };
    return socket;
  }

  // What was sent in a turn is on its way when the next ones come.
  host.news.left = (id) => {
    const socket = host.sockets.get(id);
    socket.buffered -= socket.leaving;
    socket.leaving = 0;
  };
  host.news.negotiated = (id, protocol, extensions) => {
    Object.assign(host.sockets.get(id), { protocol, extensions });
  };

  function toMessage(value) {
    const bytes = value instanceof Blob ? host.blobBytes(value) : bytesOf(value);
    if (bytes !== undefined) return { verb: "binary", data: bytes.toBase64(), size: bytes.length };
    const text = usvString(value);
    return { verb: "text", data: text, size: sizeOf(text) };
  }

  // How many bytes of UTF-8.
  function sizeOf(text) {
    return /^[\x00-\x7f]*$/.test(text) ? text.length : unescape(encodeURIComponent(text)).length;
  }

  // "Validate close code and reason"
  function toClose(code, reason) {
    const number = code === undefined ? null : clampedShort(code);
    const text = reason === undefined ? "" : usvString(reason);
    if (number !== null && number !== 1000 && (number < 3000 || number > 4999)) {
      throw new DOMException(`expected a close code, 1000 or 3000 to 4999, got ${number}`, "InvalidAccessError");
    }
    if (sizeOf(text) > MOST_REASON) {
      const told = `expected a reason of at most ${MOST_REASON} bytes of utf-8, got ${sizeOf(text)}`;
      throw new DOMException(told, "SyntaxError");
    }
    return { code: number === null && text !== "" ? 1000 : number, reason: text, shown: text };
  }

  function toProtocols(value) {
    if (value === undefined) return [];
    const isList = isObject(value) && value[Symbol.iterator] !== undefined && value[Symbol.iterator] !== null;
    return isList ? Array.from(value, domString) : [domString(value)];
  }

  function check(names) {
    for (const name of names) {
      if (TOKEN.test(name)) continue;
      throw new DOMException(`expected a subprotocol, a token, got ${JSON.stringify(name)}`, "SyntaxError");
    }
    if (new Set(names.map((name) => name.toLowerCase())).size === names.length) return;
    throw new DOMException(`expected every subprotocol once, got ${names.join(", ")}`, "SyntaxError");
  }

  define(WebSocket, CONSTANTS);
  host.watchMisspelt(WebSocket.prototype);
  host.defineHandlers(WebSocket.prototype, ["open", "message", "error", "close"]);
};
