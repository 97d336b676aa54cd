// `WebSocket` of the Qt hosts.
(host) => {
  "use strict";
  const { Socket, profile } = host;
  const convert = host.convert[profile.convert];
  const closeArguments = host.closeArguments[profile.close_arguments];
  const readUrl = host.readUrl[profile.urls];
  const CONSTANTS = { CONNECTING: 0, OPEN: 1, CLOSING: 2, CLOSED: 3 };
  const ATTRIBUTES = { bufferedAmount: 0, extensions: "", protocol: "", ...CONSTANTS };
  const FIRST_ARGUMENT = /^(?:(?:async\s+)?(?=[\w$]+\s*=>)|[^(]*\()\s*([\w$]+)/; // of the text of a function
  const ARGUMENTS = {
    open: () => [],
    message: ([data]) => [{ data }],
    error: () => [],
    close: ([code, reason, wasClean]) => [{ code, reason, wasClean }],
  };
  const PEER = Symbol("peer");

  class WebSocket {
    #socket;
    #handlers = {};

    constructor(...given) {
      const [url, peer] = given.length > 0 ? given : [""];
      this.binaryType = profile.binary_type;
      if (url === PEER) this.#socket = peer;
      else if (url instanceof WebSocket) this.#socket = url.#socket; // documented, and on no host
      else this.#socket = connect(String(url));
      this.#socket.faces.push({
        fire: (event, given) => {
          const handler = this.#handlers[event];
          if (typeof handler === "function") host.apply(handler, globalThis, ARGUMENTS[event](given));
        },
      });
    }

    get readyState() {
      return this.#socket.readyState;
    }
    set readyState(ignored) {}

    get url() {
      return this.#socket.url;
    }
    set url(ignored) {}

    send(message) {
      if (arguments.length === 0) throw new Error("expected a message to send, as in: socket.send('hello')");
      const converted = convert(message);
      converted.place = host.place(WebSocket.prototype.send);
      if (this.#socket.state !== "open") host.emit("lint", "lost", [this.#socket.state], converted.place);
      this.#socket.carryOut("send", converted);
    }

    close(...given) {
      closeSocket(this.#socket, given, host.place(WebSocket.prototype.close));
    }

    static {
      for (const event of Object.keys(ARGUMENTS)) {
        Object.defineProperty(this.prototype, `on${event}`, {
          get() {
            return this.#handlers[event];
          },
          set(value) {
            this.#handlers[event] = value;
            if (event === "error" && value?.length > 0) lintArgument(value);
          },
          configurable: true,
          enumerable: true,
        });
      }
    }
  }

  function connect(url) {
    return Socket.connecting(readUrl(url), url, host.place(WebSocket));
  }

  function closeSocket(socket, given, place) {
    socket.carryOut("close", { ...closeArguments(given), place });
  }

  // Assigning to what is read-only is no error on these hosts, also in strict code.
  for (const [name, value] of Object.entries(ATTRIBUTES)) {
    Object.defineProperty(WebSocket.prototype, name, { get: () => value, set() {}, configurable: true });
  }
  if (profile.class_constants) Object.assign(WebSocket, CONSTANTS);
  else for (const name of Object.keys(CONSTANTS)) Object.defineProperty(WebSocket, name, undefinedConstant(name));

  function undefinedConstant(name) {
    return {
      get: function constant() {
        host.emit("lint", "class constant", { name }, host.place(constant));
      },
      set(value) {
        host.property(WebSocket, name, { value, writable: true, configurable: true });
      },
      configurable: true,
    };
  }

  function lintArgument(handler) {
    const [, name] = FIRST_ARGUMENT.exec(String(handler)) ?? [];
    host.emit("lint", "error argument", { name: name ?? "its argument" }, host.place(lintArgument));
  }

  host.watchMisspelt(WebSocket.prototype);

  host.peerOf = (socket) => new WebSocket(PEER, socket);
  host.closeSocket = closeSocket;
  host.define({ WebSocket });
};
