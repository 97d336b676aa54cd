"""Scripts in JavaScript, unmodified, on the network of a test: the extra `wsfake[js]`.

One script runs in one engine. Python calls JavaScript for one *turn* (a handler, a timer, the top
level), with a text; JavaScript does what it can do by itself at once, and hands back an outbox of
operations, which Python carries out. It cannot ask Python anything in between (see `engine`).

`border.js` makes `host`, which every other file of this package is a function of:

* `host.profile` and `host.states` are the profile's table, as data
* `host.define({name, ...})` defines globals
* `host.call(function, this, ...arguments)` calls a function of the script, and reports
  what it throws
* `host.turns.NAME = (...) => ...` is what a turn does that Python begins with
  `script.turn(NAME, ...)`
* `host.emit(NAME, ...)` asks Python for an operation, when the turn is over
* `host.news.NAME = (...) => ...` takes what Python tells before a turn
* `host.Socket` does the local rows of the table: its `faces` are told of events by
  `fire(EVENT, [...arguments])`; `host.now()` is the clock, in milliseconds

A profile adds its globals by its `face`: `faces.FACES` names the files that its scripts get, in
order, and the *parts*, classes in Python that carry out operations, and have news for JavaScript.
What a test asks of a script is a turn that ends with `host.emit("result", host.encode(value))`.
"""

from wsfake.javascript.script import Script

__all__ = ["Script"]
