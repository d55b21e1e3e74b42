import { Thread } from './Thread';

/** What people say, below what it is about. */
export default function Comments({ resource }: { resource: string }) {
  return <Thread resource={resource} />;
}
