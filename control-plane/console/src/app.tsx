import { Navigate, Route, Routes } from 'react-router';
import { AlertsPage } from './alerts/alerts-page.tsx';
import { DetectorPage } from './detectors/detector-page.tsx';
import { DetectorsPage } from './detectors/detectors-page.tsx';
import { LoginPage } from './login/login-page.tsx';
import { NotFound } from './shell/not-found.tsx';
import { SignedIn } from './shell/signed-in.tsx';

/** The pages of the console. */
export function App() {
  return (
    <Routes>
      <Route path="login" element={<LoginPage />} />
      <Route element={<SignedIn />}>
        <Route index element={<Navigate to="/alerts" replace />} />
        <Route path="alerts/:uuid?" element={<AlertsPage />} />
        <Route path="detectors" element={<DetectorsPage />} />
        <Route path="detectors/:name/:tab?" element={<DetectorPage />} />
        <Route path="*" element={<NotFound />} />
      </Route>
    </Routes>
  );
}
