import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** `npm start` listens here; the development server hands API calls on to it. */
const api = 'http://127.0.0.1:8686';

export default defineConfig({
  plugins: [react()],
  server: { host: '127.0.0.1', proxy: { '/api': api, '/healthz': api, '/readyz': api } },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    // Inlined assets would need a wider content security policy than 'self'.
    assetsInlineLimit: 0,
    // The preload helper is an inline script in some setups; all supported browsers preload by themselves.
    modulePreload: { polyfill: false },
    rolldownOptions: {
      // The contract is plain declarations: what the console does not use of it, such as the event table, stays out.
      treeshake: { moduleSideEffects: [{ test: /\/sdk\/src\//, sideEffects: false }] },
      output: {
        // Libraries change rarely: their own file stays in the browser cache across releases of the console.
        // What keeps zod from compiling goes with it: files shared by pages, which make schemas, run before the first page.
        codeSplitting: { groups: [{ name: 'vendor', test: /node_modules|\/without-eval\.ts$/ }] },
      },
    },
  },
});
