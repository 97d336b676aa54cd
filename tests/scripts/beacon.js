// A beacon: what is to be said before the socket is open waits in a queue.
var beacon = {
    queue: [],
    socket: new WebSocket("ws://beacon.example/collect"),
    say: function (name, data) {
        var text = JSON.stringify({ name: name, data: data });
        if (this.socket.readyState === this.socket.OPEN) {
            this.socket.send(text);
        } else {
            this.queue.push(text);
        }
    },
};

beacon.socket.onopen = function () {
    beacon.queue.forEach(function (text) {
        beacon.socket.send(text);
    });
    beacon.queue = [];
};

beacon.say("started", { avatar: MyAvatar.displayName, at: location.hostname });
beacon.say("position", Vec3.multiply(2, { x: 1, y: 0.5, z: -1 }));
Script.setTimeout(function () {
    beacon.say("late", Uuid.isNull(Uuid.NULL));
}, 250);
