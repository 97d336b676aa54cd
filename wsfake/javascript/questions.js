// What a test asks of its script, in a turn of its own.
(host) => {
  "use strict";
  host.turns.evaluate = (source) => {
    const value = host.evaluate(source);
    host.emit("result", host.encode(value) ?? "null");
  };
};
