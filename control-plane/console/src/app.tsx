import { lazy } from 'react';
import { Navigate, Route, Routes } from 'react-router';
import { AlertsPage } from './alerts/alerts-page.tsx';
import { LoginPage } from './login/login-page.tsx';
import { NotFound } from './shell/not-found.tsx';
import { SignedIn } from './shell/signed-in.tsx';

// Pages that are not the first one to be looked at come when they are opened.
const BehaviourPage = lazy(async () => ({
  default: (await import('./behaviour/behaviour-page.tsx')).BehaviourPage,
}));
const WorkloadPage = lazy(async () => ({ default: (await import('./behaviour/workload-page.tsx')).WorkloadPage }));
const DetectorPage = lazy(async () => ({ default: (await import('./detectors/detector-page.tsx')).DetectorPage }));
const DetectorsPage = lazy(async () => ({ default: (await import('./detectors/detectors-page.tsx')).DetectorsPage }));

/** The pages of the console. */
export function App() {
  return (
    <Routes>
      <Route path="login" element={<LoginPage />} />
      <Route element={<SignedIn />}>
        <Route index element={<Navigate to="/alerts" replace />} />
        <Route path="alerts/:uuid?" element={<AlertsPage />} />
        <Route path="behaviour" element={<BehaviourPage />} />
        <Route path="behaviour/:id/:tab?" element={<WorkloadPage />} />
        <Route path="detectors" element={<DetectorsPage />} />
        <Route path="detectors/:name/:tab?" element={<DetectorPage />} />
        <Route path="*" element={<NotFound />} />
      </Route>
    </Routes>
  );
}
