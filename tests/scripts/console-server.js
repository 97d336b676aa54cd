// A console: every client sees what every client types, and may ask.
var server = new WebSocketServer({ port: 50505, serverName: "console" });
var clients = [];
var COMMANDS = {
    who: function () {
        return clients.length + " connected";
    },
    uptime: function () {
        return Math.round((Date.now() - started) / 1000) + " s";
    },
};
var started = Date.now();

server.newConnection.connect(function (client) {
    clients.push(client);
    client.send("welcome, number " + clients.length);
    client.onmessage = function (event) {
        var command = COMMANDS[event.data];
        if (command) {
            client.send(command());
            return;
        }
        clients.forEach(function (other) {
            if (other !== client) {
                other.send(event.data);
            }
        });
    };
    client.onclose = function () {
        clients = clients.filter(function (other) {
            return other !== client;
        });
    };
});

Script.scriptEnding.connect(function () {
    server.close();
});
