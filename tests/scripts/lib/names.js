// A module of the CommonJS kind.
var data = require("./names.json");
exports.nameOf = function (id) {
    return data[id] || "nobody";
};
module.exports.file = __filename.split("/").pop();
