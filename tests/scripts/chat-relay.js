// A relay between the chat of the domain and a service outside.
var CHANNEL = "Chat";
var relay = new WebSocket("ws://chat.example/room");

function onMessage(channel, message, sender, localOnly) {
    if (channel !== CHANNEL || JSON.parse(message).relayed) {
        return;
    }
    relay.send(JSON.stringify({ from: sender, text: JSON.parse(message).text }));
}

relay.onopen = function () {
    Messages.subscribe(CHANNEL);
    Messages.messageReceived.connect(onMessage);
};

relay.onmessage = function (event) {
    Messages.sendMessage(CHANNEL, JSON.stringify({ text: event.data, relayed: true }));
};

Script.scriptEnding.connect(function () {
    Messages.messageReceived.disconnect(onMessage);
    Messages.unsubscribe(CHANNEL);
});
