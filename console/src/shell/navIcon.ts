import { IconActivity, IconAddressBook, IconBell, IconBox, IconClock, IconDatabase, IconFolder, IconKey, IconLayoutDashboard, IconListSearch, IconLock, IconLogin2, IconPackage, IconPlug, IconPuzzle, IconRocket, IconRoute, IconServer, IconSettings, IconShieldCheck, IconStack2, IconUser, IconUsers, IconUserShare, IconWebhook, IconWorld } from '../ui/icons';

const ICONS: Record<string, typeof IconBox> = {
  activity: IconActivity, bell: IconBell, clock: IconClock, box: IconBox, database: IconDatabase, folder: IconFolder, key: IconKey, dashboard: IconLayoutDashboard,
  lock: IconLock, package: IconPackage, plug: IconPlug, rocket: IconRocket, route: IconRoute, server: IconServer, settings: IconSettings, shield: IconShieldCheck, stack: IconStack2,
  user: IconUser, users: IconUsers, people: IconAddressBook, provisioning: IconUserShare, login: IconLogin2, list: IconListSearch, webhook: IconWebhook, world: IconWorld, globe: IconWorld,
};

export const navIcon = (name: string): typeof IconBox => ICONS[name] ?? IconPuzzle;
