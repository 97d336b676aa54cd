// `Entities`, in memory: what a script adds is there, with the properties that it gave.
(host) => {
  "use strict";
  const { next } = host.load("uuids.js");
  const entities = new Map();
  const signals = {};
  for (const name of [
    "addingEntity",
    "deletingEntity",
    "clickDownOnEntity",
    "clickReleaseOnEntity",
    "mousePressOnEntity",
    "mouseReleaseOnEntity",
    "hoverEnterEntity",
    "hoverLeaveEntity",
    "enterEntity",
    "leaveEntity",
    "webEventReceived",
  ]) {
    signals[name] = host.signal();
  }

  const copy = (properties) => structured({ ...properties });
  const structured = (value) => {
    if (Array.isArray(value)) return value.map(structured);
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, structured(item)]));
  };
  const near = (center, radius) => ([, { position = { x: 0, y: 0, z: 0 } }]) =>
    Math.hypot(position.x - center.x, position.y - center.y, position.z - center.z) <= radius;
  const find = (center, radius, fits = () => true) =>
    [...entities].filter((entry) => near(center, radius)(entry) && fits(entry[1])).map(([id]) => id);

  const Entities = {
    ...signals,
    addEntity(properties) {
      const id = next();
      const { position, rotation, ...rest } = copy(properties);
      entities.set(id, {
        id,
        name: "",
        visible: true,
        userData: "",
        parentID: host.load("uuids.js").NULL,
        position: position ?? { x: 0, y: 0, z: 0 },
        rotation: rotation ?? { x: 0, y: 0, z: 0, w: 1 },
        ...rest,
      });
      signals.addingEntity.emit(id);
      return id;
    },
    editEntity(id, properties) {
      if (!entities.has(id)) return host.load("uuids.js").NULL;
      Object.assign(entities.get(id), copy(properties));
      return id;
    },
    deleteEntity(id) {
      if (entities.delete(id)) signals.deletingEntity.emit(id);
    },
    getEntityProperties(id, names) {
      const found = copy(entities.get(id) ?? {});
      if (names === undefined) return found;
      const asked = Array.isArray(names) ? names : [names];
      return Object.fromEntries(asked.filter((name) => name in found).map((name) => [name, found[name]]));
    },
    getMultipleEntityProperties: (ids, names) => ids.map((id) => Entities.getEntityProperties(id, names)),
    isAddedEntity: (id) => entities.has(id),
    findEntities: (center, radius) => find(center, radius),
    findEntitiesByType: (type, center, radius) => find(center, radius, (entity) => entity.type === type),
    findEntitiesByName: (name, center, radius) => find(center, radius, (entity) => entity.name === name),
    findClosestEntity: (center, radius) => find(center, radius)[0] ?? null,
    canRez: () => true,
    canRezTmp: () => true,
    canAdjustLocks: () => true,
    serversExist: () => true,
  };
  return { Entities: host.partly("Entities", Entities) };
};
