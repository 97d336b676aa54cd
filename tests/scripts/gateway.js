// A JSON gateway that connects again, and waits longer each time.
(function () {
    var URL = "wss://gateway.example/v1";
    var FIRST_DELAY = 1000;
    var LONGEST_DELAY = 30000;
    var delay = FIRST_DELAY;
    var socket = null;
    var reconnect = null;
    var prices = {};

    function connect() {
        reconnect = null;
        socket = new WebSocket(URL);
        socket.onopen = function () {
            delay = FIRST_DELAY;
            socket.send(JSON.stringify({ op: "subscribe", symbols: ["BTC", "ETH"] }));
        };
        socket.onmessage = function (event) {
            var message = JSON.parse(event.data);
            if (message.type === "price") {
                prices[message.symbol] = message.price;
                print(message.symbol, message.price);
            }
        };
        socket.onclose = function (event) {
            print("gone", event.code, "again in", delay);
            reconnect = Script.setTimeout(connect, delay);
            delay = Math.min(delay * 2, LONGEST_DELAY);
        };
    }

    Script.scriptEnding.connect(function () {
        if (reconnect) {
            Script.clearTimeout(reconnect);
        }
        socket.onclose = null;
        socket.close(1000, "ending");
    });
    connect();
}());
