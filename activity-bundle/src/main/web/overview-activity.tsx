import { useCan } from '@openpanel/ui';
import { FeedCard } from './Feed';

/** What happened last, on the overview. */
export default function OverviewActivity() {
  return useCan('activity.list') ? <FeedCard filter={{}} limit={10} more={false} /> : null;
}
