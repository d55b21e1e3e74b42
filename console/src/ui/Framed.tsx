import { useEffect, useRef, useState } from 'react';
import { useComputedColorScheme } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useLocation } from 'wouter';
import { Bridge } from '../client/bridge';
import { operation, perform } from '../client/catalogue';
import { onEvent } from '../client/events';
import { Problem } from '../client/problem';
import { moduleUrl, type PluginSpec } from '../client/registry';
import { clauseOf, useLocale, useSummary, useT } from '../i18n/i18n';
import { confirm } from './confirm';

/** A plugin's own page: it has an origin of its own, and reaches the panel only through {@link Bridge}. */
export default function Framed({ plugin, frame, title, resource }: { plugin: PluginSpec; frame: string; title: string; resource?: string }) {
  const client = useQueryClient();
  const scheme = useComputedColorScheme('light');
  const locale = useLocale();
  const summary = useSummary();
  const t = useT('');
  const [, navigate] = useLocation();
  const [height, setHeight] = useState(0);
  const element = useRef<HTMLIFrameElement>(null);
  const look = { scheme, language: locale, resource, words: { ...plugin.i18n.en, ...plugin.i18n[locale] } };
  const latest = useRef({ look, navigate, summary, t });
  latest.current = { look, navigate, summary, t };
  const bridge = useRef<Bridge>(undefined);

  useEffect(() => {
    const mine = new Bridge(plugin.id, {
      // It has no origin that could be named; what stands in the frame is the panel's own word (frame-src).
      tell: (message) => element.current?.contentWindow?.postMessage(message, '*'),
      look: () => latest.current.look,
      operation: (action) => operation(client, action),
      perform: (action, input) => perform(client, action, input).finally(() => void client.invalidateQueries({ queryKey: ['action'] })),
      confirm: (asked, name, run) => new Promise((done, fail) => confirm({
        title: clauseOf(latest.current.summary(asked.id)), text: plugin.title, name, action: latest.current.t('palette.run-it'),
        run: () => run().then(done), left: () => fail(new Problem(428, 'confirm', 'It was not confirmed', undefined, 'confirm')),
      })),
      // What is pressed in a frame counts for the page around it as well; one press in that page is none in the frame.
      pressed: () => document.activeElement === element.current && (navigator.userActivation?.isActive ?? false),
      hear: onEvent,
      resize: setHeight,
      open: (path) => latest.current.navigate(path),
    });
    bridge.current = mine;
    const hear = (event: MessageEvent) => event.source === element.current?.contentWindow && mine.hear(event.data);
    window.addEventListener('message', hear);
    return () => {
      window.removeEventListener('message', hear);
      mine.close();
    };
  }, [client, plugin]);
  useEffect(() => bridge.current?.show(), [scheme]);

  return (
    <iframe ref={element} key={locale} className="framed" title={title} src={`${moduleUrl(plugin, frame)}#${scheme}`} style={{ height }}
      sandbox="allow-scripts allow-forms" allow="focus-without-user-activation 'none'" referrerPolicy="no-referrer" />
  );
}
