import { Button } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useLiveAlerts, useLiveSnapshot } from '../api/live-context.tsx';
import { useLanguage } from '../i18n/language.tsx';
import css from './connection-banner.module.css';

/** Says that the server is away and when the next try is. It lies at the bottom, so that nothing moves. */
export function ConnectionBanner() {
  const { text } = useLanguage();
  const live = useLiveAlerts();
  const { phase, attempt, retryAt } = useLiveSnapshot();
  // One short break heals before anybody could read about it.
  const down = phase === 'stopped' || attempt > 1 || (phase === 'waiting' && attempt > 0);
  if (!down || phase === 'live') return null;
  return (
    <div className={css.banner} role="alert">
      <span>{phase === 'stopped' ? text.live.ended : text.live.down}</span>
      {phase === 'waiting' && <Countdown until={retryAt} />}
      {phase === 'connecting' && <span>{text.live.downNow}</span>}
      <Button size="compact-sm" variant="default" disabled={phase === 'connecting'} onClick={live.retryNow}>
        {text.common.retry}
      </Button>
    </div>
  );
}

function Countdown({ until }: { until: number }) {
  const { text } = useLanguage();
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 500);
    return () => clearInterval(timer);
  }, []);
  // Not announced each second by a screen reader: the sentence before it says what matters.
  return <span aria-hidden="true">{text.live.downRetry(Math.max(1, Math.ceil((until - now) / 1000)))}</span>;
}
