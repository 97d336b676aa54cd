// A library: what it declares, the script that includes it finds.
var PREFIX = "[" + Script.resolvePath("format.js").split("/").pop() + "]";
const SEPARATOR = ": ";
let uses = 0;
function format(name, value) {
    uses += 1;
    return PREFIX + " " + name + SEPARATOR + value;
}
