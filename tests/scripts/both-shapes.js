// Top-level code and an entity script in one file.
print("top level");
var shared = "shared";
(function () {
    this.preload = function (entityID) {
        print("preload", entityID, shared);
    };
    this.unload = function () {
        print("unload");
    };
}); // constructed by the host
