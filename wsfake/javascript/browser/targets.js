// What events are dispatched to (DOM Standard sections 2.7 to 2.10). None has parents, so that
// events do not travel.
(host) => {
  "use strict";
  const { define, atLeast, domString, isObject, member } = host.idl;
  const { Event, ErrorEvent } = host.globals;
  const { eventInside: of } = host;
  const known = new WeakMap(); // by target: its listeners, in order
  const handlers = new WeakMap(); // by target: the listeners of its on... attributes, by type

  function listenersOf(target) {
    const listeners = known.get(target);
    if (listeners === undefined) throw new TypeError("expected an EventTarget");
    return listeners;
  }

  class EventTarget {
    constructor() {
      known.set(this, []);
    }

    addEventListener(type, callback, options = undefined) {
      atLeast(2, arguments, "addEventListener");
      const target = this ?? globalThis;
      const listeners = listenersOf(target);
      const { capture, once, passive, signal } = read(options);
      const name = domString(type);
      if (!isListener(callback) || signal?.aborted) return;
      if (listeners.some((each) => fits(each, name, callback, capture))) return;
      const listener = { type: name, callback, capture, once, passive };
      listeners.push(listener);
      signal?.addEventListener("abort", () => remove(target, listener), { once: true });
    }

    removeEventListener(type, callback, options = undefined) {
      atLeast(2, arguments, "removeEventListener");
      const target = this ?? globalThis;
      const { capture } = read(options);
      const name = domString(type);
      isListener(callback);
      const found = listenersOf(target).find((each) => fits(each, name, callback, capture));
      if (found !== undefined) remove(target, found);
    }

    dispatchEvent(event) {
      atLeast(1, arguments, "dispatchEvent");
      const target = this ?? globalThis;
      listenersOf(target);
      if (!(event instanceof Event)) throw new TypeError("dispatchEvent: expected an Event");
      const state = of(event);
      if (state.dispatching) throw new DOMException("the event is being dispatched already", "InvalidStateError");
      if (!state.ready) throw new DOMException("the event was not initialised", "InvalidStateError");
      state.trusted = false;
      return dispatch(target, event);
    }
  }

  function read(options) {
    if (!isObject(options)) return { capture: Boolean(options), once: false, passive: false };
    const read = { capture: member(options, "capture", Boolean, false) };
    read.once = member(options, "once", Boolean, false);
    read.passive = member(options, "passive", Boolean, false);
    if (options.signal !== undefined && !(options.signal instanceof host.globals.AbortSignal)) {
      throw new TypeError("addEventListener: expected signal to be an AbortSignal");
    }
    return { ...read, signal: options.signal };
  }

  // Null is none; anything else that is no object cannot be one.
  function isListener(callback) {
    if (callback === null || callback === undefined) return false;
    if (!isObject(callback)) throw new TypeError("expected a function, or an object with handleEvent");
    return true;
  }

  const fits = (listener, type, callback, capture) =>
    !listener.isHandler && listener.type === type && listener.callback === callback && listener.capture === capture;

  function remove(target, listener) {
    listener.removed = true;
    const listeners = listenersOf(target);
    const index = listeners.indexOf(listener);
    if (index >= 0) listeners.splice(index, 1);
  }

  // Call the listeners in the order in which they were added; tell whether nobody has prevented the
  // default. What one of them throws does not stop the others.
  function dispatch(target, event) {
    const state = of(event);
    state.dispatching = true;
    state.target = state.current = target;
    state.phase = host.AT_TARGET;
    if (!state.stopped) callListeners(target, event, state);
    Object.assign(state, { phase: 0, current: null, dispatching: false, stopped: false, stoppedAtOnce: false });
    return !state.canceled;
  }

  function callListeners(target, event, state) {
    for (const listener of [...listenersOf(target)]) {
      if (listener.type !== state.type || listener.removed) continue;
      if (listener.once) remove(target, listener);
      state.inPassive = listener.passive;
      if (listener.isHandler) callHandler(listener, target, event, state);
      else callListener(listener, target, event);
      state.inPassive = false;
      if (state.stoppedAtOnce) return;
    }
  }

  function callListener({ callback }, target, event) {
    if (typeof callback === "function") {
      host.call(callback, target, event);
      return;
    }
    host.call(() => {
      const { handleEvent } = callback;
      if (typeof handleEvent !== "function") throw new TypeError("expected a listener with a method handleEvent");
      return handleEvent.call(callback, event);
    });
  }

  // HTML, section 8.1.8.1: an error is told to a window in five arguments, and true means handled.
  function callHandler({ callback }, target, event, state) {
    if (typeof callback !== "function") return;
    if (target === globalThis && event instanceof ErrorEvent) {
      const { message, filename, lineno, colno, error } = event;
      if (host.call(callback, target, message, filename, lineno, colno, error) === true) event.preventDefault();
    } else if (host.call(callback, target, event) === false && state.type !== "error") {
      event.preventDefault();
    }
  }

  // The on... attributes of a class: a handler stands where it was first set, until it is set to null.
  function defineHandlers(prototype, types) {
    for (const type of types) {
      const accessors = {
        get [`on${type}`]() {
          return handlersOf(this ?? globalThis).get(type)?.callback ?? null;
        },
        set [`on${type}`](value) {
          setHandler(this ?? globalThis, type, value);
        },
      };
      const property = Object.getOwnPropertyDescriptor(accessors, `on${type}`);
      Object.defineProperty(prototype, `on${type}`, { ...property, enumerable: true, configurable: true });
    }
  }

  function handlersOf(target) {
    listenersOf(target);
    if (!handlers.has(target)) handlers.set(target, new Map());
    return handlers.get(target);
  }

  function setHandler(target, type, value) {
    const own = handlersOf(target);
    const listener = own.get(type);
    if (!isObject(value)) {
      if (listener !== undefined) remove(target, listener);
      own.delete(type);
    } else if (listener !== undefined) {
      listener.callback = value;
    } else {
      own.set(type, { type, callback: value, isHandler: true, capture: false, passive: false });
      listenersOf(target).push(own.get(type));
    }
  }

  define(EventTarget);

  host.dispatch = dispatch;
  host.defineHandlers = defineHandlers;
  host.beTarget = (object) => known.set(object, []); // for what no constructor makes
};
