// A script in several files.
Script.include(["lib/format.js"]);
var names = Script.require("./lib/names.js");

var socket = new WebSocket("ws://names.example");
socket.onmessage = function (event) {
    socket.send(format(event.data, names.nameOf(event.data)));
    print(uses, SEPARATOR.length, names.file);
};
