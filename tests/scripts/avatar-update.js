// An avatar's position, with every update that has moved it.
var socket = new WebSocket("ws://positions.example");
var last = null;
function onUpdate(deltaTime) {
    if (socket.readyState !== socket.OPEN || last && Vec3.equal(last, MyAvatar.position)) {
        return;
    }
    last = Vec3.sum(MyAvatar.position, Vec3.ZERO);
    socket.send(JSON.stringify(last));
}
Script.update.connect(onUpdate);
Script.scriptEnding.connect(function () {
    Script.update.disconnect(onUpdate);
    socket.close();
});
