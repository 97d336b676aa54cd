// The local rows of a profile's table (see wsfake/script_api/profiles/table.py), carried out inside
// the script's call. Python carries out the remote ones, and tells the state in which they leave a
// socket before the next turn.
(host) => {
  "use strict";
  const rows = host.profile.local;
  const sockets = new Map();
  let last = 0;

  class Socket {
    constructor(id, state, url) {
      this.id = id;
      this.state = state;
      this.url = url;
      this.faces = [];
      sockets.set(id, this);
    }

    // A socket that the script makes; Python connects it when the turn is over.
    static connecting(read, url, place) {
      const socket = new Socket(--last, read.connects ? "connecting" : "closed", read.shown);
      if (read.connects) host.emit("connect", socket.id, url, read.shown, place);
      else sockets.delete(socket.id);
      return socket;
    }

    get readyState() {
      return host.states[this.state];
    }

    fire(event, ...given) {
      for (const face of this.faces) face.fire(event, ...given);
    }

    carryOut(call, given) {
      for (const operation of rows[`${this.state} ${call}`]) {
        const before = this.state;
        const [verb, what] = operation;
        (operations[`${verb} ${what}`] ?? operations[verb])(this, given, operation);
        if (verb === "fire" && this.state !== before) return; // a handler has called close()
      }
    }
  }

  const code = (given, value) => (value === "given" ? given.code : value);

  const operations = {
    goto(socket, given, [, state]) {
      socket.state = state;
      host.emit("goto", socket.id, state);
    },
    fire(socket, given, [, event]) {
      socket.fire(event);
    },
    "fire message"(socket, given) {
      socket.fire("message", given.message);
    },
    "fire close"(socket, given, [, event, number, reason, clean]) {
      socket.fire(event, code(given, number), reason === "given" ? given.shown : reason, clean);
    },
    "wire message": (socket, given) => host.emit(given.verb, socket.id, given.data, given.place),
    "wire close"(socket, given, [, , number, reason]) {
      const text = reason === "given" ? given.reason : reason;
      host.emit("close", socket.id, code(given, number), text, given.place);
    },
    "wire drop": (socket, given) => host.emit("drop", socket.id, given.place),
    "wire held": (socket, given) => host.emit("release", socket.id, given.place),
    "hold message": (socket, given) => host.emit(`hold ${given.verb}`, socket.id, given.data),
    later: (socket, given, [, fact]) => host.emit("later", socket.id, fact),
    throw(socket, given, [, name, message]) {
      throw new DOMException(message, name);
    },
    buffer: (socket, given, [, what]) => socket.buffer?.(given, what === "leaving"),
  };

  host.Socket = Socket;
  host.sockets = sockets;

  // What Python tells, before a turn and in one
  host.news.state = (id, state, url) => {
    const socket = sockets.get(id);
    socket.state = state;
    socket.url = url;
  };
  host.news.forget = (id) => sockets.delete(id);
  host.turns.fire = (id, state, event, ...given) => {
    const socket = sockets.get(id);
    socket.state = state;
    if (event === "bytes") socket.fire("message", Uint8Array.fromBase64(given[0]).buffer);
    else socket.fire(event, ...given);
  };
};
