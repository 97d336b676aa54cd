// A script with a mistake in a handler.
var socket = new WebSocket("ws://feed.example");

function update(message) {
    return message.prices.BTC;
}

socket.onmessage = function (event) {
    socket.send("seen");
    print(update(JSON.parse(event.data)));
};
