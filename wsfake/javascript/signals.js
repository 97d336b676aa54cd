// Signals, as scripts of Qt hosts connect to them.
(host) => {
  "use strict";
  const twice = host.profile.signal_connects_twice;

  class Signal {
    #functions = [];
    #whenUsed;

    constructor(whenUsed) {
      this.#whenUsed = whenUsed;
    }

    // `connect(function)`, or `connect(object, function or its name)`
    connect(...given) {
      const callee = resolve(given);
      if (callee === undefined) return;
      this.#whenUsed?.();
      this.#whenUsed = undefined;
      if (twice || !this.#functions.some((known) => same(known, callee))) this.#functions.push(callee);
    }

    // One that is not connected is nothing.
    disconnect(...given) {
      const callee = resolve(given);
      const index = this.#functions.findIndex((known) => same(known, callee));
      if (index >= 0) this.#functions.splice(index, 1);
    }

    emit(...given) {
      for (const { self, call } of [...this.#functions]) host.call(call, self, ...given);
    }

    get used() {
      return this.#functions.length > 0;
    }
  }

  const same = (known, callee) => known.call === callee?.call && known.self === callee?.self;

  function resolve([first, second]) {
    if (second === undefined) return typeof first === "function" ? { self: globalThis, call: first } : undefined;
    const call = typeof second === "function" ? second : first?.[second];
    return typeof call === "function" ? { self: first, call } : undefined;
  }

  // What a script is handed: an object with `connect` and `disconnect`; `emit` is the host's.
  host.signal = (whenUsed) => {
    const signal = new Signal(whenUsed);
    const shown = {
      connect: (...given) => signal.connect(...given),
      disconnect: (...given) => signal.disconnect(...given),
    };
    Object.defineProperty(shown, "emit", { value: (...given) => signal.emit(...given) });
    Object.defineProperty(shown, "used", { get: () => signal.used });
    return shown;
  };
};
