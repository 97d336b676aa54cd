// Handlers under names that no host calls: they are properties as any others, but for the warning.
(host) => {
  "use strict";
  host.watchMisspelt = (prototype) => {
    for (const [name, right] of Object.entries(host.start.misspelt)) {
      function set(value) {
        host.property(this, name, { value, writable: true, enumerable: true, configurable: true });
        if (typeof value === "function") host.emit("lint", "misspelt handler", { name, right }, host.place(set));
      }
      host.property(prototype, name, { get: () => undefined, set, configurable: true });
    }
  };
};
