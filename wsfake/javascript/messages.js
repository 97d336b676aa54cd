// `Messages`: to every script of the test that has subscribed to the channel, this one included.
(host) => {
  "use strict";
  const { NULL } = host.load("uuids.js");
  const channels = new Set();
  const messageReceived = host.signal();
  const dataReceived = host.signal();

  function publish(channel, message, local) {
    const sender = local ? NULL : host.start.session;
    host.emit("publish", String(channel), host.encode(message), sender, Boolean(local));
  }

  host.turns.message = (channel, encoded, sender, local) => {
    if (!channels.has(channel)) return;
    const message = host.decode(encoded);
    const signal = typeof message === "string" ? messageReceived : dataReceived;
    signal.emit(channel, message, sender, local);
  };

  const Messages = {
    messageReceived,
    dataReceived,
    subscribe: (channel) => void channels.add(String(channel)),
    unsubscribe: (channel) => void channels.delete(String(channel)),
    sendMessage: (channel, message, local = false) => publish(channel, String(message).toWellFormed(), local),
    sendLocalMessage: (channel, message) => publish(channel, String(message).toWellFormed(), true),
    sendData: (channel, data, local = false) => publish(channel, data, local),
  };
  return { Messages: host.partly("Messages", Messages) };
};
