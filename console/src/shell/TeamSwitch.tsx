import { useEffect } from 'react';
import { Menu as MantineMenu } from '@mantine/core';
import { Link } from 'wouter';
import { chosenTeam, workIn } from '../client/session';
import { useT } from '../i18n/i18n';
import { IN_MAIN } from '../ui/controls';
import { useList, useMe, useOperation } from '../ui/hooks';
import { IconChevronDown } from '../ui/icons';
import { Logo } from './Logo';

export interface Team { team: string; name: string; current: boolean; stepUp?: boolean }

/** The teams the person is in; taken out of the one that was chosen, they are back in their first one. */
export function useTeams(): Team[] | undefined {
  const teams = useList<Team>('team.list', {}, { live: ['team.*', 'member.*'], enabled: Boolean(useOperation('team.list')) }).data;
  useEffect(() => {
    if (teams?.length && !teams.some((each) => each.current) && chosenTeam()) {
      workIn(undefined);
    }
  }, [teams]);
  return teams;
}

/** The team the page works in, and for whoever is in several the way to another. */
export function TeamSwitch() {
  const t = useT('');
  const me = useMe();
  const teams = useTeams();
  const name = teams?.find((each) => each.current)?.name ?? (chosenTeam() ? '' : me?.teamName);
  const brand = <><Logo /><span className="clip"><b>OpenPanel</b><small className="clip">{name}</small></span></>;
  if (!teams || teams.length < 2) {
    return <Link href="/" className="brand">{brand}</Link>;
  }
  return (
    <MantineMenu position="bottom-start" portalProps={IN_MAIN} withInitialFocusPlaceholder={false} width={216} transitionProps={{ duration: 80 }}>
      <MantineMenu.Target>
        <button type="button" className="brand" aria-label={t('me.switch', { team: name })}>{brand}<span className="word push"><IconChevronDown size={15} /></span></button>
      </MantineMenu.Target>
      <MantineMenu.Dropdown>
        <MantineMenu.Label>{t('me.teams')}</MantineMenu.Label>
        {teams.map((each) => <MantineMenu.RadioItem key={each.team} value={each.team} checked={each.current} onChange={() => each.current || workIn(each.team)}>{each.name}</MantineMenu.RadioItem>)}
      </MantineMenu.Dropdown>
    </MantineMenu>
  );
}
