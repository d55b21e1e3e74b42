import { useEffect, useRef } from 'react';
import { useQueryClient } from '@tanstack/react-query';
import { useLocation } from 'wouter';
import { stepUps } from '../client/http';
import { refreshCatalogue } from '../client/registry';
import { useStore } from '../client/store';
import { useTeams } from './TeamSwitch';

const PROFILE = '/settings/profile';

/** Where the team asks for a second factor and the person has none, leads to where they add one: nothing else opens. */
export function useStepUp(): void {
  const client = useQueryClient();
  const refused = useStore(stepUps);
  const [here, navigate] = useLocation();
  const asked = useTeams()?.find((each) => each.current)?.stepUp ?? false;
  const before = useRef(asked);
  useEffect(() => {
    if (refused > 0) {
      void client.invalidateQueries({ queryKey: ['action', 'team.list'] });
    }
  }, [client, refused]);
  useEffect(() => {
    if (asked !== before.current) {
      before.current = asked;
      refreshCatalogue(client);
      void client.invalidateQueries({ queryKey: ['action'] });
    }
    if (asked && here !== PROFILE) {
      navigate(PROFILE, { replace: true });
    }
  }, [asked, here, navigate, client]);
}
