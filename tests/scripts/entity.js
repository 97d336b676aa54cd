// An entity script: a door that a service opens and shuts.
(function () {
    var CLOSED = { x: 0, y: 0, z: 0 };
    var OPEN = { x: 1, y: 0, z: 0 };

    function Door() {
        this.socket = null;
    }

    Door.prototype = {
        preload: function (entityID) {
            var self = this;
            this.entityID = entityID;
            this.socket = new WebSocket("ws://doors.example/" + entityID);
            this.socket.onmessage = function (event) {
                self.move(event.data === "open" ? OPEN : CLOSED);
            };
        },
        move: function (position) {
            Entities.editEntity(this.entityID, { position: position });
            this.socket.send("moved");
        },
        unload: function () {
            print("unload");
            this.socket.close(1001, "unloaded");
        },
    };

    return new Door();
});
