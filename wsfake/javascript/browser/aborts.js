// `AbortController` and `AbortSignal` (DOM Standard section 3).
(host) => {
  "use strict";
  const { define } = host.idl;
  const { Event, EventTarget } = host.globals;
  const SECRET = Symbol("AbortSignal");
  let abort;

  class AbortSignal extends EventTarget {
    #aborted = false;
    #reason = undefined;

    constructor(secret) {
      if (secret !== SECRET) throw new TypeError("AbortSignal: make an AbortController");
      super();
    }
    get aborted() {
      return this.#aborted;
    }
    get reason() {
      return this.#reason;
    }
    throwIfAborted() {
      if (this.#aborted) throw this.#reason;
    }
    static abort(reason = undefined) {
      const signal = new AbortSignal(SECRET);
      abort(signal, reason);
      return signal;
    }
    static timeout(milliseconds) {
      const signal = new AbortSignal(SECRET);
      const late = () => abort(signal, new DOMException("it took too long", "TimeoutError"));
      host.globals.setTimeout(late, milliseconds);
      return signal;
    }
    static {
      abort = (signal, reason = new DOMException("it was aborted", "AbortError")) => {
        if (signal.#aborted) return;
        signal.#aborted = true;
        signal.#reason = reason;
        host.dispatch(signal, host.trusted(new Event("abort")));
      };
    }
  }
  class AbortController {
    #signal = new AbortSignal(SECRET);
    get signal() {
      return this.#signal;
    }
    abort(reason = undefined) {
      abort(this.#signal, reason);
    }
  }

  define(AbortSignal);
  define(AbortController);
  host.defineHandlers(AbortSignal.prototype, ["abort"]);
};
