// The echo client of the API page: its calls, in its order.
print("Create WebSocket");
var ECHO_URL = "ws://echo.websocket.org";
var webSocket = new WebSocket(ECHO_URL);

webSocket.onclose = function (data) {
    print("WebSocket closed");
    print("Ready state =", webSocket.readyState);
};

webSocket.onmessage = function (data) {
    print("Message received:", data.data);
    print("Close WebSocket");
    webSocket.close();
};

webSocket.onopen = function () {
    print("WebSocket opened");
    print("Ready state =", webSocket.readyState);
    print("Send a test message");
    webSocket.send("Test message");
};
