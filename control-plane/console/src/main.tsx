import './api/without-eval.ts';
import './styles.css';
import { localStorageColorSchemeManager, MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { BrowserRouter } from 'react-router';
import { createQueries } from './api/query-client.ts';
import { App } from './app.tsx';
import { LanguageProvider } from './i18n/language.tsx';
import { CrashPage } from './shell/crash-page.tsx';
import { theme } from './theme.ts';

const colors = localStorageColorSchemeManager({ key: 'picket.appearance' });
const root = document.getElementById('root');
if (!root) throw new Error('index.html has no element #root');

createRoot(root).render(
  <StrictMode>
    <LanguageProvider>
      <MantineProvider theme={theme} defaultColorScheme="auto" colorSchemeManager={colors}>
        <CrashPage>
          <QueryClientProvider client={createQueries()}>
            <BrowserRouter>
              <App />
            </BrowserRouter>
          </QueryClientProvider>
        </CrashPage>
      </MantineProvider>
    </LanguageProvider>
  </StrictMode>,
);
