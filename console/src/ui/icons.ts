export {
  IconActivity, IconAlertTriangle, IconArrowBackUp, IconArrowUpRight, IconBell, IconBox, IconBrandGit, IconBuildingStore, IconCheck, IconChevronDown,
  IconChevronRight, IconClock, IconCopy, IconCpu, IconDatabase, IconDots, IconDownload, IconExternalLink, IconEye, IconEyeOff,
  IconFilter, IconFolder, IconGitBranch, IconGitCommit, IconKey, IconLayoutDashboard, IconLayoutSidebar, IconLock, IconLogout,
  IconMaximize, IconMenu2, IconMoon, IconPackage, IconPlayerPause, IconPlayerPlay, IconPlayerStop, IconPlug, IconPlus, IconRefresh,
  IconRocket, IconRoute, IconSearch, IconServer, IconSettings, IconShieldCheck, IconStack2, IconSun, IconTextWrap, IconTrash, IconUser, IconWebhook, IconWorld,
  IconX, IconColumns3, IconArrowDown, IconArrowUp, IconArrowNarrowDown, IconDice5, IconLanguage, IconDeviceDesktop, IconTerminal2, IconInfoCircle,
  IconKeyboard, IconAddressBook, IconListSearch, IconLogin2, IconUserShare, IconUsers, IconMessage, IconPencil, IconPuzzle, IconSparkles,
} from '@tabler/icons-react';
