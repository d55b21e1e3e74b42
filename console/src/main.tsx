import './ui/styles';
import './ui/tokens.css';
import './ui/parts.css';
import './shell/shell.css';
import { StrictMode } from 'react';
import { setNonce } from 'get-nonce';
import { createRoot } from 'react-dom/client';
import { start } from './client/session';
import { speak } from './i18n/i18n';
import { App } from './shell/App';
import { styleNonce } from './shell/theme';

setNonce(styleNonce());
void start();
void speak().then(() => createRoot(document.getElementById('root')!).render(<StrictMode><App /></StrictMode>));
