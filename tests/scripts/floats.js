// Positions as 32-bit floats: each that comes is doubled, and sent back.
var socket = new WebSocket("ws://floats.example/");
socket.binaryType = "arraybuffer";
socket.onmessage = function (event) {
    var floats = new Float32Array(event.data);
    for (var i = 0; i < floats.length; i++) {
        floats[i] *= 2;
    }
    print(floats.length, floats[0]);
    socket.send(floats.buffer);
};
