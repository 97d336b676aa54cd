// The local rows of a profile's table (see wsfake/script_api/profiles/table.py), carried out inside
// the script's call. Python carries out the remote ones, and tells the state in which they leave a
// socket before the next turn.
(host) => {
  "use strict";
  const compiled = Object.create(null); // by call, and then by state
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
    static connecting(read, url, place, ...asked) {
      const socket = new Socket(--last, read.connects ? "connecting" : "closed", read.shown);
      if (read.connects) host.emit("connect", socket.id, url, read.shown, place, ...asked);
      else sockets.delete(socket.id);
      return socket;
    }

    get readyState() {
      return host.states[this.state];
    }

    // `given` is what the event hands to a handler, in an array.
    fire(event, given) {
      // a face that is made in a handler hears from the next event on
      const count = this.faces.length;
      for (let n = 0; n < count; n++) this.faces[n].fire(event, given);
    }

    carryOut(call, given) {
      const row = compiled[call][this.state];
      for (let n = 0; n < row.length; n++) {
        const { operation, carryOut, fires } = row[n];
        const before = this.state;
        carryOut(this, given, operation);
        if (fires && this.state !== before) return; // a handler has called close()
      }
    }
  }

  const code = (given, value) => (value === "given" ? given.code : value);

  // What was handed to send(), as a handler is handed it.
  function messageOf({ verb, data }) {
    if (verb === "text") return data;
    if (verb === "binary") return Uint8Array.fromBase64(data).buffer;
    return Uint8Array.from(unescape(encodeURIComponent(data)), (byte) => byte.charCodeAt(0)).buffer;
  }

  const operations = {
    goto(socket, given, [, state]) {
      socket.state = state;
      host.emit("goto", socket.id, state);
    },
    fire(socket, given, [, event]) {
      socket.fire(event, []);
    },
    "fire message"(socket, given) {
      socket.fire("message", [messageOf(given)]);
    },
    "fire close"(socket, given, [, event, number, reason, clean]) {
      socket.fire(event, [code(given, number), reason === "given" ? given.shown : reason, clean]);
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

  for (const [name, row] of Object.entries(host.profile.local)) {
    const [state, call] = name.split(" ");
    compiled[call] ??= Object.create(null);
    compiled[call][state] = row.map((operation) => {
      const [verb, what] = operation;
      const carryOut = operations[`${verb} ${what}`] ?? operations[verb];
      return { operation, carryOut, fires: verb === "fire" };
    });
  }

  host.Socket = Socket;
  host.sockets = sockets;

  // What Python tells, before a turn and in one
  host.news.state = (id, state, url) => {
    const socket = sockets.get(id);
    socket.state = state;
    socket.url = url;
  };
  host.news.forget = (id) => sockets.delete(id);
  host.turns.fire = (id, state, event, given) => {
    const socket = sockets.get(id);
    socket.state = state;
    if (event === "bytes") socket.fire("message", [Uint8Array.fromBase64(given[0]).buffer]);
    else socket.fire(event, given);
  };
};
