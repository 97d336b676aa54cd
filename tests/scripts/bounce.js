// A client that bounces a message off the echo server.
var SERVER_URL = Settings.getValue("bounce/url", "ws://127.0.0.1:50000");
var webSocket = new WebSocket(SERVER_URL);

webSocket.onopen = function () {
    webSocket.send("Hello");
};

webSocket.onmessage = function (message) {
    print("Message received:", message.data);
    webSocket.close(1000, "done");
};

webSocket.onclose = function (data) {
    print("Closed:", data.code, data.reason, data.wasClean);
};
