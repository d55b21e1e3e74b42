import { lazy, Suspense, useEffect, useMemo, useState } from 'react';
import { Menu as MantineMenu, useComputedColorScheme, useMantineColorScheme } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { Link, useLocation } from 'wouter';
import { useCatalogue } from '../client/catalogue';
import { onEvent, startEvents } from '../client/events';
import { navOf, refreshCatalogue, useRegistry } from '../client/registry';
import { logOut, workIn } from '../client/session';
import { useStore } from '../client/store';
import { live } from '../client/stream';
import { chooseLanguage, titleOf, useLocale, useT } from '../i18n/i18n';
import { Avatar } from '../ui/bits';
import { IN_MAIN, Kbd, Menu } from '../ui/controls';
import { Extras, useCan, useMe } from '../ui/hooks';
import { IconDots, IconLanguage, IconLogout, IconMoon, IconSearch, IconStack2, IconSun } from '../ui/icons';
import { modifier } from '../ui/SaveBar';
import { navIcon } from './navIcon';
import { Routes } from './Routes';
import { TeamSwitch, useTeams } from './TeamSwitch';
import { useStepUp } from './useStepUp';

const palette = () => import('./Palette');
const Palette = lazy(palette);
const Shortcuts = lazy(() => import('./Shortcuts'));

const LANGUAGES = [['en', 'English'], ['pt-BR', 'Português (Brasil)']] as const;

export interface Entry { title: string; path: string; icon: string; order: number; group?: string }

/** What is cut short says itself whole to whoever points at it, wherever it stands. */
function useWhole(): void {
  useEffect(() => {
    const hear = ({ target }: PointerEvent) => {
      const cut = target instanceof Element ? target.closest<HTMLElement>('.clip, .under, .table td, h1') : null;
      if (cut && (!cut.title || cut.hasAttribute('data-whole')) && !cut.querySelector('[title]')) {
        const whole = cut.scrollWidth > cut.clientWidth ? cut.innerText : '';
        cut.title = whole;
        cut.toggleAttribute('data-whole', Boolean(whole));
      }
    };
    document.addEventListener('pointerover', hear);
    return () => document.removeEventListener('pointerover', hear);
  }, []);
}

/** The menu: the shell's own few entries and what the running bundles bring. */
export function useEntries(): Entry[] {
  const t = useT('');
  const locale = useLocale();
  const { data } = useRegistry();
  const plugins = useCan('plugin.list');
  const jobs = useCan('job.list');
  const audit = useCan('audit.list');
  const routes = useCan('route.list');
  const encryption = useCan('encryption.get');
  const operations = useCatalogue().data?.items;
  return useMemo(() => [
    { title: t('nav.overview'), path: '/', icon: 'dashboard', order: 0 },
    ...(jobs ? [{ title: t('nav.jobs'), path: '/jobs', icon: 'activity', order: 80 }] : []),
    ...(plugins ? [{ title: t('nav.plugins'), path: '/plugins', icon: 'plug', order: 90, group: 'settings' }] : []),
    ...(routes ? [{ title: t('nav.routes'), path: '/routes', icon: 'route', order: 92, group: 'settings' }] : []),
    ...(audit ? [{ title: t('nav.audit'), path: '/audit', icon: 'list', order: 95, group: 'settings' }] : []),
    ...(encryption ? [{ title: t('nav.encryption'), path: '/encryption', icon: 'lock', order: 96, group: 'settings' }] : []),
    ...navOf(data).filter(({ needs }) => !needs || operations?.some((each) => each.id === needs && each.allowed)).map((entry) => ({ ...entry, title: titleOf(entry.plugin, entry.title, locale) })),
  ].sort((a, b) => a.order - b.order), [data, t, locale, plugins, jobs, routes, audit, encryption, operations]);
}

const within = (path: string, here: string) => (path === '/' ? here === '/' : here === path || here.startsWith(`${path}/`)
  || (path === '/projects' && /^\/(apps|deployments)\//.test(here)));

export function Frame() {
  const t = useT('');
  const [here] = useLocation();
  const entries = useEntries();
  const [asking, setAsking] = useState(false);
  const [helping, setHelping] = useState(false);
  const [folded, setFolded] = useState(() => localStorage.getItem('openpanel-folded') === 'yes');
  useLiveCatalogue();
  useStepUp();
  useWhole();
  useKeys(() => setAsking(true), () => setHelping(true), () => setFolded((was) => {
    localStorage.setItem('openpanel-folded', was ? 'no' : 'yes');
    return !was;
  }));
  const groups: [string | undefined, Entry[]][] = [[undefined, entries.filter((entry) => !entry.group)], ['settings', entries.filter((entry) => entry.group)]];
  // Fetched before it is wanted, so that no key typed after ⌘K is lost.
  useEffect(() => {
    const timer = setTimeout(() => void palette(), 800);
    return () => clearTimeout(timer);
  }, []);

  return (
    <div className={`frame ${folded ? 'folded' : ''}`}>
      <a className="skip button primary" href="#main">{t('nav.skip')}</a>
      <aside className="side">
        <div className="top"><TeamSwitch /><Extras on="shell" place="side" /></div>
        <button type="button" className="item find" onClick={() => setAsking(true)}>
          <IconSearch size={16} /><span>{t('nav.search')}</span><span aria-hidden><Kbd>{modifier}K</Kbd></span>
        </button>
        <nav aria-label={t('nav.main')}>
          {groups.map(([group, items]) => items.length > 0 && (
            <div key={group ?? ''}>
              {group && <div className="group">{t(`nav.${group}`)}</div>}
              <ul>{items.map((entry) => <li key={entry.path}><NavLink entry={entry} current={within(entry.path, here)} /></li>)}</ul>
            </div>
          ))}
        </nav>
        <Person onHelp={() => setHelping(true)} />
      </aside>
      <main id="main" tabIndex={-1}><Lost /><Routes /></main>
      <BottomBar entries={entries} here={here} onSearch={() => setAsking(true)} />
      {asking && <Suspense fallback={null}><Palette entries={entries} onHelp={() => setHelping(true)} onClose={() => setAsking(false)} /></Suspense>}
      {helping && <Suspense fallback={null}><Shortcuts onClose={() => setHelping(false)} /></Suspense>}
    </div>
  );
}

/** Says so while what the page shows may be old. */
function Lost() {
  const t = useT('');
  const lost = useStore(live.lost);
  return <div role="status" className={lost ? 'offline' : undefined}>{lost && <><span className="spinner" aria-hidden />{t('live.lost')}</>}</div>;
}

function NavLink({ entry, current }: { entry: Entry; current: boolean }) {
  const Icon = navIcon(entry.icon);
  return <Link href={entry.path} className="item" aria-current={current ? 'page' : undefined} title={entry.title}><Icon size={17} stroke={1.7} /><span className="word clip">{entry.title}</span></Link>;
}

function BottomBar({ entries, here, onSearch }: { entries: Entry[]; here: string; onSearch: () => void }) {
  const t = useT('');
  const first = entries.filter((entry) => !entry.group).slice(0, 4);
  const rest = entries.filter((entry) => !first.includes(entry));
  const { setColorScheme } = useMantineColorScheme();
  const dark = useComputedColorScheme() === 'dark';
  const other = useLocale() === 'en' ? LANGUAGES[1] : LANGUAGES[0];
  const teams = useTeams()?.filter((each) => !each.current) ?? [];
  return (
    <nav className="bottom" aria-label={t('nav.main')}>
      {first.map((entry) => {
        const Icon = navIcon(entry.icon);
        return <Link key={entry.path} href={entry.path} aria-current={within(entry.path, here) ? 'page' : undefined}><Icon size={20} stroke={1.6} /><span className="clip" style={{ maxWidth: '100%' }}>{entry.title}</span></Link>;
      })}
      <Extras on="shell" place="bottom" />
      <Menu label={t('nav.more')} items={[
        { label: t('nav.search'), icon: <IconSearch size={16} />, onSelect: onSearch },
        ...rest.map((entry) => {
          const Icon = navIcon(entry.icon);
          return { label: entry.title, href: entry.path, icon: <Icon size={16} /> };
        }),
        { label: t(dark ? 'me.light' : 'me.dark'), divided: true, icon: dark ? <IconSun size={16} /> : <IconMoon size={16} />, onSelect: () => setColorScheme(dark ? 'light' : 'dark') },
        { label: other[1], icon: <IconLanguage size={16} />, onSelect: () => void chooseLanguage(other[0]) },
        ...teams.map((each, index) => ({ label: each.name, icon: <IconStack2 size={16} />, divided: index === 0, onSelect: () => workIn(each.team) })),
        { label: t('me.out'), icon: <IconLogout size={16} />, divided: true, onSelect: () => void logOut() },
      ]}>
        <button type="button" data-current={rest.some((entry) => within(entry.path, here)) || undefined}><IconDots size={20} stroke={1.6} /><span>{t('nav.more')}</span></button>
      </Menu>
    </nav>
  );
}

function Person({ onHelp }: { onHelp: () => void }) {
  const t = useT('');
  const me = useMe();
  const locale = useLocale();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const profile = useRegistry().data?.plugins.some((plugin) => plugin.console.pages?.some((page) => page.path === '/settings/profile'));
  if (!me) {
    return null;
  }
  return (
    <MantineMenu position="top-start" portalProps={IN_MAIN} withInitialFocusPlaceholder={false} width={216} transitionProps={{ duration: 80 }} closeOnItemClick={false}>
      <MantineMenu.Target>
        <button type="button" className="brand" ><Avatar name={me.name || me.email} /><span className="clip"><b style={{ fontWeight: 520 }} className="clip">{me.name || me.email}</b><small className="clip">{me.email}</small></span></button>
      </MantineMenu.Target>
      <MantineMenu.Dropdown>
        <MantineMenu.Label>{t('me.theme')}</MantineMenu.Label>
        {(['auto', 'light', 'dark'] as const).map((scheme) => (
          <MantineMenu.RadioItem key={scheme} value={scheme} checked={colorScheme === scheme} onChange={() => setColorScheme(scheme)}>{t(`me.${scheme}`)}</MantineMenu.RadioItem>
        ))}
        <MantineMenu.Divider />
        <MantineMenu.Label>{t('me.language')}</MantineMenu.Label>
        {LANGUAGES.map(([code, name]) => (
          <MantineMenu.RadioItem key={code} value={code} lang={code} checked={locale === code} onChange={() => void chooseLanguage(code)}>{name}</MantineMenu.RadioItem>
        ))}
        <MantineMenu.Divider />
        {profile && <MantineMenu.Item component={Link} href="/settings/profile" closeMenuOnClick>{t('me.menu')}</MantineMenu.Item>}
        <MantineMenu.Item onClick={onHelp} closeMenuOnClick rightSection={<Kbd>?</Kbd>}>{t('palette.keys')}</MantineMenu.Item>
        <MantineMenu.Item component="a" href="/api/docs" target="_blank">{t('me.docs')}</MantineMenu.Item>
        <MantineMenu.Item onClick={() => void logOut()}>{t('me.out')}</MantineMenu.Item>
      </MantineMenu.Dropdown>
    </MantineMenu>
  );
}

/** Pages, menus and actions come and go with their bundles, without a reload. */
function useLiveCatalogue(): void {
  const client = useQueryClient();
  useCatalogue();
  useEffect(() => {
    const again = () => refreshCatalogue(client);
    const leaving = [
      startEvents(),
      ...['catalogue.changed', 'team.updated', 'member.updated', 'role.updated', 'grant.*'].map((topic) => onEvent(topic, again)),
      live.onLost(() => {
        again();
        void client.invalidateQueries({ queryKey: ['action'] });
      }),
    ];
    return () => leaving.forEach((leave) => leave());
  }, [client]);
}

function useKeys(search: () => void, help: () => void, fold: () => void): void {
  useEffect(() => {
    const hear = (event: KeyboardEvent) => {
      const typing = (event.target as Element).closest('input,textarea,[contenteditable]');
      if ((event.metaKey || event.ctrlKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault();
        search();
      } else if ((event.metaKey || event.ctrlKey) && event.key === '\\') {
        event.preventDefault();
        fold();
      } else if (event.key === '?' && !typing) {
        event.preventDefault();
        help();
      } else if (event.key === '/' && !typing) {
        event.preventDefault();
        search();
      }
    };
    window.addEventListener('keydown', hear);
    return () => window.removeEventListener('keydown', hear);
    // The three only set state.
  }, []);
}
