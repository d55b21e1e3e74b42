import { Component, type ReactNode } from 'react';
import { isUnloaded } from '../client/problem';
import { ErrorState } from './states';

/** Keeps a page's bug on the page. */
export class Boundary extends Component<{ children: ReactNode; onRetry?: () => void }, { error?: unknown }> {
  override state: { error?: unknown } = {};

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override render() {
    if (this.state.error === undefined) {
      return this.props.children;
    }
    return <ErrorState page error={this.state.error} onRetry={() => {
      if (isUnloaded(this.state.error)) {
        window.location.reload();
        return;
      }
      this.props.onRetry?.();
      this.setState({ error: undefined });
    }} />;
  }
}
