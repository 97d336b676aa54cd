// One request, one answer, and the end.
var socket = new WebSocket("ws://lookup.example/?q=" + encodeURIComponent("café & tea"));
socket.onopen = function () {
    socket.send("who");
};
socket.onmessage = function (event) {
    Window.displayAnnouncement("It is " + event.data);
    socket.close();
};
socket.onerror = function () {
    print("no answer");
};
socket.onclose = function () {
    Script.stop();
};
Script.scriptEnding.connect(function () {
    print("ended");
});
