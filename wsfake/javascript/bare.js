// What the engine has and these hosts have not.
(host) => {
  "use strict";
  for (const name of ["DOMException", "atob", "btoa", "performance", "queueMicrotask"]) delete globalThis[name];
};
