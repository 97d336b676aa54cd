// Events (DOM Standard section 2; HTML; WebSockets Standard).
(host) => {
  "use strict";
  const { define, member, dictionary, atLeast, domString, usvString, unsignedShort, isObject } = host.idl;
  const PHASES = { NONE: 0, CAPTURING_PHASE: 1, AT_TARGET: 2, BUBBLING_PHASE: 3 };
  const any = (value) => value;

  // What is of no script's concern of an event, by the event.
  const inside = new WeakMap();
  const of = (event) => {
    const known = inside.get(event);
    if (known === undefined) throw new TypeError("expected an Event");
    return known;
  };
  const isTrusted = Object.getOwnPropertyDescriptor(
    {
      get isTrusted() {
        return of(this).trusted;
      },
    },
    "isTrusted",
  ).get;

  class Event {
    constructor(type, init = undefined) {
      atLeast(1, arguments, "Event");
      const options = dictionary(init);
      inside.set(this, {
        type: domString(type),
        bubbles: member(options, "bubbles", Boolean, false),
        cancelable: member(options, "cancelable", Boolean, false),
        composed: member(options, "composed", Boolean, false),
        target: null,
        current: null,
        phase: PHASES.NONE,
        dispatching: false,
        stopped: false,
        stoppedAtOnce: false,
        canceled: false,
        inPassive: false,
        trusted: false,
        ready: true, // document.createEvent makes one that is not, until it is initialised
        time: host.now(),
      });
      host.property(this, "isTrusted", { get: isTrusted, enumerable: true, configurable: false });
    }

    get type() {
      return of(this).type;
    }
    get target() {
      return of(this).target;
    }
    get srcElement() {
      return of(this).target;
    }
    get currentTarget() {
      return of(this).current;
    }
    get eventPhase() {
      return of(this).phase;
    }
    get bubbles() {
      return of(this).bubbles;
    }
    get cancelable() {
      return of(this).cancelable;
    }
    get composed() {
      return of(this).composed;
    }
    get defaultPrevented() {
      return of(this).canceled;
    }
    get timeStamp() {
      return of(this).time;
    }
    get cancelBubble() {
      return of(this).stopped;
    }
    set cancelBubble(value) {
      if (value) of(this).stopped = true;
    }
    get returnValue() {
      return !of(this).canceled;
    }
    set returnValue(value) {
      if (!value) cancel(of(this));
    }

    composedPath() {
      const { current } = of(this);
      return current === null ? [] : [current];
    }
    stopPropagation() {
      of(this).stopped = true;
    }
    stopImmediatePropagation() {
      const event = of(this);
      event.stopped = event.stoppedAtOnce = true;
    }
    preventDefault() {
      cancel(of(this));
    }
    initEvent(type, bubbles = false, cancelable = false) {
      atLeast(1, arguments, "initEvent");
      const event = of(this);
      if (event.dispatching) return;
      Object.assign(event, { type: domString(type), bubbles: Boolean(bubbles), cancelable: Boolean(cancelable) });
      Object.assign(event, { stopped: false, stoppedAtOnce: false, canceled: false, trusted: false });
      Object.assign(event, { target: null, ready: true });
    }
  }

  function cancel(event) {
    if (event.cancelable && !event.inPassive) event.canceled = true;
  }

  class CustomEvent extends Event {
    #detail;
    constructor(type, init = undefined) {
      super(...arguments);
      this.#detail = member(dictionary(init), "detail", any, null);
    }
    get detail() {
      return this.#detail;
    }
    initCustomEvent(type, bubbles = false, cancelable = false, detail = null) {
      atLeast(1, arguments, "initCustomEvent");
      if (of(this).dispatching) return;
      this.initEvent(type, bubbles, cancelable);
      this.#detail = detail;
    }
  }

  class MessageEvent extends Event {
    #data;
    #origin;
    #lastEventId;
    #source;
    #ports;
    constructor(type, init = undefined) {
      super(...arguments);
      const options = dictionary(init);
      this.#data = member(options, "data", any, null);
      this.#lastEventId = member(options, "lastEventId", domString, "");
      this.#origin = member(options, "origin", usvString, "");
      this.#ports = Object.freeze(member(options, "ports", (ports) => [...ports], []));
      this.#source = member(options, "source", any, null);
    }
    get data() {
      return this.#data;
    }
    get origin() {
      return this.#origin;
    }
    get lastEventId() {
      return this.#lastEventId;
    }
    get source() {
      return this.#source;
    }
    get ports() {
      return this.#ports;
    }
    initMessageEvent(type, bubbles, cancelable, data = null, origin = "", id = "", source = null, ports = []) {
      atLeast(1, arguments, "initMessageEvent");
      if (of(this).dispatching) return;
      this.initEvent(type, bubbles, cancelable);
      this.#data = data;
      this.#origin = usvString(origin);
      this.#lastEventId = domString(id);
      this.#source = source;
      this.#ports = Object.freeze([...ports]);
    }
  }

  class CloseEvent extends Event {
    #wasClean;
    #code;
    #reason;
    constructor(type, init = undefined) {
      super(...arguments);
      const options = dictionary(init);
      this.#code = member(options, "code", unsignedShort, 0);
      this.#reason = member(options, "reason", usvString, "");
      this.#wasClean = member(options, "wasClean", Boolean, false);
    }
    get wasClean() {
      return this.#wasClean;
    }
    get code() {
      return this.#code;
    }
    get reason() {
      return this.#reason;
    }
  }

  class ErrorEvent extends Event {
    #message;
    #filename;
    #lineno;
    #colno;
    #error;
    constructor(type, init = undefined) {
      super(...arguments);
      const options = dictionary(init);
      this.#colno = member(options, "colno", (value) => Number(value) >>> 0, 0);
      this.#error = member(options, "error", any, undefined);
      this.#filename = member(options, "filename", usvString, "");
      this.#lineno = member(options, "lineno", (value) => Number(value) >>> 0, 0);
      this.#message = member(options, "message", domString, "");
    }
    get message() {
      return this.#message;
    }
    get filename() {
      return this.#filename;
    }
    get lineno() {
      return this.#lineno;
    }
    get colno() {
      return this.#colno;
    }
    get error() {
      return this.#error;
    }
  }

  class PromiseRejectionEvent extends Event {
    #promise;
    #reason;
    constructor(type, init) {
      atLeast(2, arguments, "PromiseRejectionEvent");
      super(...arguments);
      if (!isObject(init?.promise)) throw new TypeError("PromiseRejectionEvent: expected a promise");
      this.#promise = init.promise;
      this.#reason = init.reason;
    }
    get promise() {
      return this.#promise;
    }
    get reason() {
      return this.#reason;
    }
  }

  define(Event, PHASES);
  for (const Class of [CustomEvent, MessageEvent, CloseEvent, ErrorEvent, PromiseRejectionEvent]) define(Class);

  host.eventInside = of;
  host.AT_TARGET = PHASES.AT_TARGET;

  // An event of the host's own.
  host.trusted = (event) => {
    of(event).trusted = true;
    return event;
  };
};
