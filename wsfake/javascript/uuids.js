// `Uuid`, and the ids that the host gives.
(host) => {
  "use strict";
  const { print } = host.globals;
  const NULL = "{00000000-0000-0000-0000-000000000000}";
  const FORM = /^\{?[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\}?$/i;

  const braced = (text) => `{${text.replace(/[{}]/g, "").toLowerCase()}}`;
  const read = (value) => (typeof value === "string" && FORM.test(value) ? braced(value) : NULL);

  // Version 4, of random numbers (RFC 9562).
  function generate() {
    const digits = "xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx".replace(/[xy]/g, (place) => {
      const digit = Math.floor(Math.random() * 16);
      return (place === "x" ? digit : (digit & 3) | 8).toString(16);
    });
    return braced(digits);
  }

  const Uuid = {
    NULL,
    generate,
    fromString: (text) => (FORM.test(text) ? braced(text) : null),
    toString: (value) => read(value),
    isEqual: (a, b) => read(a) === read(b),
    isNull: (value) => read(value) === NULL,
    print: (label, value) => print(label, read(value)),
  };

  // The nth thing that the host makes has the same id in every run.
  let last = 0;
  const next = () => `{00000000-0000-4000-8000-${String(++last).padStart(12, "0")}}`;
  return { Uuid, next, NULL };
};
