// `Vec3` and `Quat`: what scripts calculate with.
(host) => {
  "use strict";
  const radians = (degrees) => (degrees * Math.PI) / 180;
  const degrees = (angle) => (angle * 180) / Math.PI;
  const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

  const vector = (x, y, z) => ({ x, y, z });
  const scale = (a, s) => vector(a.x * s, a.y * s, a.z * s);
  const sum = (a, b) => vector(a.x + b.x, a.y + b.y, a.z + b.z);
  const subtract = (a, b) => sum(a, scale(b, -1));
  const dot = (a, b) => a.x * b.x + a.y * b.y + a.z * b.z;
  const length = (a) => Math.sqrt(dot(a, a));
  const normalize = (a) => (length(a) === 0 ? vector(0, 0, 0) : scale(a, 1 / length(a)));
  const cross = (a, b) => vector(a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x);

  const Vec3 = {
    ZERO: vector(0, 0, 0),
    ONE: vector(1, 1, 1),
    TWO: vector(2, 2, 2),
    HALF: vector(0.5, 0.5, 0.5),
    UNIT_X: vector(1, 0, 0),
    UNIT_Y: vector(0, 1, 0),
    UNIT_Z: vector(0, 0, 1),
    UNIT_NEG_X: vector(-1, 0, 0),
    UNIT_NEG_Y: vector(0, -1, 0),
    UNIT_NEG_Z: vector(0, 0, -1),
    RIGHT: vector(1, 0, 0),
    UP: vector(0, 1, 0),
    FRONT: vector(0, 0, -1),
    sum,
    subtract,
    dot,
    cross,
    length,
    normalize,
    multiply: (a, b) => (typeof a === "number" ? scale(b, a) : scale(a, b)),
    multiplyVbyV: (a, b) => vector(a.x * b.x, a.y * b.y, a.z * b.z),
    multiplyQbyV: rotate,
    distance: (a, b) => length(subtract(a, b)),
    mix: (a, b, amount) => sum(scale(a, 1 - amount), scale(b, amount)),
    equal: (a, b) => a.x === b.x && a.y === b.y && a.z === b.z,
    withinEpsilon: (a, b, epsilon) => length(subtract(a, b)) <= epsilon,
    getAngle: (a, b) => Math.acos(clamp(dot(normalize(a), normalize(b)), -1, 1)),
    reflect: (a, normal) => subtract(a, scale(normal, 2 * dot(a, normal))),
    toString: (a) => `{ ${a.x}, ${a.y}, ${a.z} }`,
  };

  const quaternion = (x, y, z, w) => ({ x, y, z, w });
  const dot4 = (a, b) => dot(a, b) + a.w * b.w;
  const scale4 = (a, s) => quaternion(a.x * s, a.y * s, a.z * s, a.w * s);
  const unit = (a) => scale4(a, 1 / Math.sqrt(dot4(a, a)));
  const conjugate = (a) => quaternion(-a.x, -a.y, -a.z, a.w);
  const times = (a, b) =>
    quaternion(
      a.w * b.x + a.x * b.w + a.y * b.z - a.z * b.y,
      a.w * b.y - a.x * b.z + a.y * b.w + a.z * b.x,
      a.w * b.z + a.x * b.y - a.y * b.x + a.z * b.w,
      a.w * b.w - a.x * b.x - a.y * b.y - a.z * b.z,
    );

  function rotate(rotation, { x, y, z }) {
    const turned = times(times(rotation, quaternion(x, y, z, 0)), conjugate(rotation));
    return vector(turned.x, turned.y, turned.z);
  }
  function angleAxis(angle, axis) {
    const { x, y, z } = scale(normalize(axis), Math.sin(radians(angle) / 2));
    return quaternion(x, y, z, Math.cos(radians(angle) / 2));
  }
  // Roll is turned first, then pitch, then yaw.
  const fromDegrees = (pitch, yaw, roll) =>
    times(times(angleAxis(yaw, Vec3.UNIT_Y), angleAxis(pitch, Vec3.UNIT_X)), angleAxis(roll, Vec3.UNIT_Z));

  function slerp(a, b, amount) {
    const cosine = dot4(a, b);
    const to = cosine < 0 ? scale4(b, -1) : b;
    const angle = Math.acos(clamp(Math.abs(cosine), -1, 1));
    const [one, other] =
      angle < 1e-6
        ? [1 - amount, amount]
        : [Math.sin((1 - amount) * angle) / Math.sin(angle), Math.sin(amount * angle) / Math.sin(angle)];
    return unit(
      quaternion(
        a.x * one + to.x * other,
        a.y * one + to.y * other,
        a.z * one + to.z * other,
        a.w * one + to.w * other,
      ),
    );
  }

  const Quat = {
    IDENTITY: quaternion(0, 0, 0, 1),
    multiply: times,
    dot: dot4,
    normalize: unit,
    conjugate,
    inverse: (a) => scale4(conjugate(a), 1 / dot4(a, a)),
    angleAxis,
    angle: (a) => 2 * Math.acos(clamp(a.w, -1, 1)),
    axis: (a) => normalize(a),
    slerp,
    mix: slerp,
    equal: (a, b) => a.x === b.x && a.y === b.y && a.z === b.z && a.w === b.w,
    fromPitchYawRollDegrees: fromDegrees,
    fromPitchYawRollRadians: (...angles) => fromDegrees(...angles.map(degrees)),
    fromVec3Degrees: ({ x, y, z }) => fromDegrees(x, y, z),
    safeEulerAngles: ({ x, y, z, w }) =>
      vector(
        degrees(Math.asin(clamp(2 * (w * x - y * z), -1, 1))),
        degrees(Math.atan2(2 * (x * z + w * y), 1 - 2 * (x * x + y * y))),
        degrees(Math.atan2(2 * (x * y + w * z), 1 - 2 * (x * x + z * z))),
      ),
    getForward: (a) => rotate(a, Vec3.FRONT),
    getFront: (a) => rotate(a, Vec3.FRONT),
    getUp: (a) => rotate(a, Vec3.UP),
    getRight: (a) => rotate(a, Vec3.RIGHT),
    rotationBetween(a, b) {
      const [from, to] = [normalize(a), normalize(b)];
      if (dot(from, to) < -0.999999) {
        const axis = Math.abs(from.x) < 0.9 ? cross(from, Vec3.UNIT_X) : cross(from, Vec3.UNIT_Y);
        return angleAxis(180, axis);
      }
      const { x, y, z } = cross(from, to);
      return unit(quaternion(x, y, z, 1 + dot(from, to)));
    },
  };
  const quiet = { notes: false }; // they are called too often, and tell a test nothing
  return { Vec3: host.partly("Vec3", Vec3, quiet), Quat: host.partly("Quat", Quat, quiet) };
};
