import { lazy, Suspense, useEffect, useRef, type ComponentType, type ReactNode } from 'react';
import { MantineProvider } from '@mantine/core';
import { notifyManager, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { Router, useLocation } from 'wouter';
import { Problem, retelling } from '../client/problem';
import { proving } from '../client/proof';
import { session, start } from '../client/session';
import { useStore } from '../client/store';
import { Boundary } from '../ui/Boundary';
import { asked, confirm } from '../ui/confirm';
import { Toasts } from '../ui/toast';
import { unsaved } from '../ui/unsaved';
import { useRetold, useT } from '../i18n/i18n';
import { Frame } from './Frame';
import { Gate } from './Gate';
import { follow, usePlace } from './place';
import { schemes, styleNonce, theme, variables } from './theme';

const LogIn = lazy(() => import('../pages/LogIn'));

/** What links in messages lead to, for whoever opens them. */
const BEHIND_LINKS: Record<string, ComponentType | undefined> = {
  '/join': lazy(() => import('../pages/Join')),
  '/reset': lazy(() => import('../pages/Reset')),
  '/verify': lazy(() => import('../pages/Verify')),
  '/address': lazy(() => import('../pages/Address')),
};

/** What there is besides the log-in for whoever is not logged in. */
const OUTSIDE: Record<string, ComponentType | undefined> = {
  '/forgot': lazy(() => import('../pages/Forgot')),
  '/register': lazy(() => import('../pages/Register')),
};
const SetUp = lazy(() => import('../pages/SetUp'));
const Confirmation = lazy(() => import('../ui/Confirmation'));
const Proof = lazy(() => import('../ui/Proof'));

// Not by a timer, which is its own choice: browsers let those of a tab in the background run once a second.
notifyManager.setScheduler(queueMicrotask);

const client = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000, refetchOnWindowFocus: true,
      retry: (count, error) => count < 2 && [0, 502, 503, 504].includes(Problem.from(error).status),
      retryDelay: (count) => 400 * 2 ** count * (0.5 + Math.random()),
    },
  },
});

export function App() {
  return (
    <MantineProvider theme={theme} cssVariablesResolver={variables} defaultColorScheme="auto" colorSchemeManager={schemes} getStyleNonce={styleNonce} deduplicateCssVariables={false}>
      <QueryClientProvider client={client}>
        <Leaving><Boundary><Suspense fallback={null}><Door /></Suspense></Boundary></Leaving>
        <Retelling />
        <Confirmations />
        <Proofs />
        <Toasts />
      </QueryClientProvider>
    </MantineProvider>
  );
}

/** Asks before a page with something unsaved is left for another one, by a link or by the browser's Back. */
function Leaving({ children }: { children: ReactNode }) {
  const t = useT('');
  const ask = (leave: () => void) => confirm({ title: t('leave.title'), text: t('leave.text', { changed: unsaved.get()?.names }), action: t('leave.go'), run: async () => {
    unsaved.set(undefined);
    leave();
  } });
  const latest = useRef(ask);
  latest.current = ask;
  useEffect(() => {
    const back = (event: PopStateEvent) => {
      const page = unsaved.get();
      if (page && new URL(page.href).pathname !== window.location.pathname) {
        // The browser has gone already: the address is put back before anybody else hears of it.
        event.stopImmediatePropagation();
        window.history.pushState(null, '', page.href);
        latest.current(() => window.history.back());
      } else {
        follow();
      }
    };
    window.addEventListener('popstate', back, { capture: true });
    return () => window.removeEventListener('popstate', back, { capture: true });
  }, []);
  return (
    <Router hook={usePlace} aroundNav={(navigate, to, options) => {
      if (!unsaved.get() || new URL(to, window.location.href).pathname === window.location.pathname) {
        navigate(to, options);
      } else {
        ask(() => navigate(to, options));
      }
    }}>{children}</Router>
  );
}

/** Refusals are told where they arrive, outside of any page. */
function Retelling() {
  const retold = useRetold();
  useEffect(() => retelling.set(retold), [retold]);
  return null;
}

function Confirmations() {
  const question = useStore(asked);
  return question ? <Suspense fallback={null}><Confirmation key={question.title} question={question} onClose={() => asked.set(undefined)} /></Suspense> : null;
}

function Proofs() {
  const asked = useStore(proving);
  return asked ? <Suspense fallback={null}><Proof answer={asked.answer} /></Suspense> : null;
}

function Door() {
  const current = useStore(session);
  const [here] = useLocation();
  const person = current.state === 'in' ? `${current.tokens.user} ${current.tokens.team}` : undefined;
  useEffect(() => {
    if (current.state === 'out') {
      client.clear();
    }
  }, [current.state]);
  const Behind = BEHIND_LINKS[here];
  if (Behind && (current.state === 'in' || current.state === 'out')) {
    return <Behind />;
  }
  const Outside = current.state === 'out' ? OUTSIDE[here] : undefined;
  if (Outside) {
    return <Outside />;
  }
  switch (current.state) {
    case 'starting': return null;
    case 'unreachable': return <Unreachable />;
    case 'set-up': return <SetUp />;
    case 'out': return <LogIn />;
    default: return <Frame key={person} />;
  }
}

function Unreachable() {
  const t = useT('');
  useEffect(() => {
    const timer = setInterval(() => void start(), 3000);
    return () => clearInterval(timer);
  }, []);
  return <Gate title={t('gate.down')} lead={t('gate.down-text')}><span className="spinner muted" role="status" aria-label={t('loading')} /></Gate>;
}
