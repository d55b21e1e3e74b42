import type { T } from '@openpanel/ui';

export interface Member { member: string; name: string; email: string; role: string; roleName: string; grants: number; secondFactor: boolean; service: boolean; createdAt: string }

const BUILT_IN = ['owner', 'admin', 'developer', 'viewer', 'guest'];

/** The built-in roles in the reader's language, the team's own as they were named. */
export function roleName(t: T, role: string | undefined, name: string | undefined): string {
  const id = role?.slice('role:'.length) ?? '';
  return BUILT_IN.includes(id) ? t(`role.${id}`) : name ?? '';
}
