import type { T } from '@openpanel/ui';

export interface Named { ref: string; name: string }
export interface Happened { id: string; at: string; topic: string; actor: string; actorName: string; resource?: Named; within: Named[]; detail?: string }
export interface Told { notification: string; kind: string; at: string; actorName: string; resource?: Named; within: Named[]; detail?: string; read: boolean }
export interface Comment { comment: string; author: string; authorName: string; text: string; createdAt: string; editedAt?: string; deleted: boolean; own: boolean }
export interface Person { member: string; name: string }

export const kindOf = (ref: string): string => ref.slice(0, ref.indexOf(':'));
export const idOf = (ref: string): string => ref.slice(ref.indexOf(':') + 1);

const PAGES: Record<string, string> = { app: '/apps', project: '/projects', deployment: '/deployments', container: '/containers' };
const PEOPLE: Record<string, string> = { member: '/settings/members', invitation: '/settings/members', grant: '/settings/members', role: '/settings/roles', team: '/settings/team', 'api-key': '/settings/api-keys' };

/** Where a resource is shown; undefined for one without a page. */
export const pageOf = (ref: string): string | undefined => (PAGES[kindOf(ref)] ? `${PAGES[kindOf(ref)]}/${idOf(ref)}` : PEOPLE[kindOf(ref)]);

/** A deployment is called as its app is, and a grant as what it is on: their own names say nothing. */
export const shownAs = (resource: Named | undefined, within: Named[]): Named | undefined => (
  resource && /^(deployment|grant):/.test(resource.ref) && within[0] ? { ref: resource.ref, name: within[0].name } : resource);

const MENTION = /\[(@[^\]]+)\]\(member:[0-9a-z]+\)/g;

/** What Markdown draws with; what is drawn stays. */
const DRAWN: [RegExp, string][] = [
  [/^\s*```.*$/gm, ''], [/^\s{0,3}(?:#{1,6}|>|[-*+]|\d+[.)])\s+/gm, ''], [MENTION, '$1'],
  [/!?\[([^\]]*)\]\((?:[^()\s]|\([^()\s]*\))*\)/g, '$1'], [/(\*\*|__|~~|`)(?=\S)(.*?\S)\1/g, '$2'],
];

/** What somebody wrote, as one line without its Markdown. */
export const plain = (text: string): string => DRAWN.reduce((left, [drawing, drawn]) => left.replace(drawing, drawn), text).replace(/\s+/g, ' ').trim();

/** A role that every team has in the reader's language, the team's own as it was named. */
export function roleName(t: T, name: string): string {
  const known = t(`role.${name}`);
  return known === `role.${name}` ? name : known;
}

/** As people edit it: a mention is the name alone. */
export function toDraft(text: string): { draft: string; people: Person[] } {
  const people = [...text.matchAll(/\[@([^\]]+)\]\((member:[0-9a-z]+)\)/g)].map((found) => ({ name: found[1]!, member: found[2]! }));
  return { draft: text.replace(MENTION, '$1'), people };
}

/** As it is sent: each name that was chosen says whose it is. */
export function toText(draft: string, people: Person[]): string {
  return [...new Map(people.map((person) => [person.name, person])).values()].sort((a, b) => b.name.length - a.name.length)
    .reduce((text, person) => text.split(`@${person.name}`).join(`[@${person.name.replace(/[[\]]/g, '')}](${person.member})`), draft);
}
