// The echo server of the API page.
print("Create WebSocketServer");
var webSocketServer = new WebSocketServer();

webSocketServer.newConnection.connect(function (webSocket) {
    print("New connection");
    webSocket.onmessage = function (message) {
        print("Message received:", message.data);
        webSocket.send(message.data + " back!");
    };
});

print("Listening:", webSocketServer.listening, webSocketServer.url);
