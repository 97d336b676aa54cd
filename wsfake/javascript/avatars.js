// `MyAvatar` and `AvatarList`: one avatar, the script's own.
(host) => {
  "use strict";
  const { session } = host.start;
  const MyAvatar = host.partly("MyAvatar", {
    sessionUUID: session,
    displayName: "Tester",
    sessionDisplayName: "Tester",
    position: { x: 0, y: 0, z: 0 },
    orientation: { x: 0, y: 0, z: 0, w: 1 },
    velocity: { x: 0, y: 0, z: 0 },
    headPosition: { x: 0, y: 1.6, z: 0 },
    scale: 1,
  });
  const AvatarList = host.partly("AvatarList", {
    avatarAddedEvent: host.signal(),
    avatarRemovedEvent: host.signal(),
    avatarSessionChangedEvent: host.signal(),
    getAvatarIdentifiers: () => [session],
    getAvatar: (id) => (id === undefined || id === null || id === session ? MyAvatar : null),
    isAvatarInRange: () => true,
  });
  return { MyAvatar, AvatarList };
};
