// A sender that goes on for as long as its socket is open.
var socket = new WebSocket("ws://telemetry.example");
var count = 0;
var timer = Script.setInterval(function () {
    if (socket.readyState === socket.OPEN) {
        count += 1;
        socket.send("tick " + count);
    } else if (socket.readyState === socket.CLOSED) {
        Script.clearInterval(timer);
        print("stopped after", count);
    }
}, 100);
