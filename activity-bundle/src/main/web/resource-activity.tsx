import { FeedCard } from './Feed';
import { Thread } from './Thread';

/** The Activity tab of a project or an app: what people say about it, and what happened. */
export default function ResourceActivity({ resource }: { resource: string }) {
  return <div className="halves"><FeedCard filter={{ resource }} /><Thread resource={resource} /></div>;
}
