// `Date` on the test's clock: it stands still in a turn, and begins at the same instant in every run.
// Where real connections are made, time is real.
(host) => {
  "use strict";
  if (host.start.real) return;
  const EPOCH = Date.UTC(2025, 0, 1);
  const RealDate = Date;
  const now = () => EPOCH + Math.floor(host.now());

  function VirtualDate(...given) {
    if (new.target === undefined) return new RealDate(now()).toString();
    return Reflect.construct(RealDate, given.length === 0 ? [now()] : given, new.target);
  }
  Object.defineProperties(VirtualDate, {
    name: { value: "Date" },
    length: { value: 7 },
    prototype: { value: RealDate.prototype, writable: false },
    now: { value: now, writable: true, configurable: true },
    parse: { value: RealDate.parse, writable: true, configurable: true },
    UTC: { value: RealDate.UTC, writable: true, configurable: true },
  });
  RealDate.prototype.constructor = VirtualDate;
  host.define({ Date: VirtualDate });
};
