// `WebSocketServer` of the Qt hosts, for the script types that have it.
(host) => {
  "use strict";
  const servers = new Map();
  const taken = new Set();
  const free = [];
  const FIRST_PORT = 50000;
  let last = 0;

  // A port as Python will find it: 0 where it is taken, or is none.
  function choosePort(asked) {
    if (asked !== 0) return asked < 0 || asked > 65535 || taken.has(asked) ? 0 : asked;
    if (free.length > 0) return free.shift();
    let port = FIRST_PORT;
    while (taken.has(port)) port += 1;
    return port;
  }

  class WebSocketServer {
    #server;

    constructor(options) {
      const { port, serverName } = options !== null && typeof options === "object" ? options : {};
      const asked = typeof port === "number" ? Math.trunc(port) || 0 : 0;
      const server = { id: ++last, port: choosePort(asked), peers: [], newConnection: host.signal() };
      const name = typeof serverName === "string" ? serverName : host.profile.server_name;
      this.#server = server;
      servers.set(server.id, server);
      if (server.port) taken.add(server.port);
      host.emit("listen", server.id, server.port, name);
      if (typeof options === "number") {
        host.emit("lint", "port as a number", { port: options }, host.place(WebSocketServer));
      }
    }

    get url() {
      return this.#server.port ? `ws://127.0.0.1:${this.#server.port}` : "";
    }
    set url(ignored) {}

    get port() {
      return this.#server.port;
    }
    set port(ignored) {}

    get listening() {
      return this.#server.port !== 0;
    }
    set listening(ignored) {}

    get newConnection() {
      return this.#server.newConnection;
    }
    set newConnection(ignored) {}

    close() {
      const server = this.#server;
      if (server.port === 0) return;
      const place = host.place(WebSocketServer.prototype.close);
      for (const peer of server.peers) host.closeSocket(peer, [1001, "Server closing."], place);
      taken.delete(server.port);
      server.port = 0;
      host.emit("unlisten", server.id);
    }
  }

  host.news.ports = (ports, offered) => {
    taken.clear();
    for (const port of ports) taken.add(port);
    free.splice(0, free.length, ...offered);
  };
  host.news.port = (id, port) => {
    servers.get(id).port = port;
  };
  host.turns.newConnection = (server, id, url) => {
    const { peers, newConnection } = servers.get(server);
    const socket = new host.Socket(id, "open", url);
    peers.push(socket);
    newConnection.emit(host.peerOf(socket));
  };
  host.define({ WebSocketServer });
};
