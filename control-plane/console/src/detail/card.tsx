import { type ReactNode, useId } from 'react';
import css from './card.module.css';

interface CardProps {
  title: string;
  /** Stands at the right of the title. */
  aside?: ReactNode;
  children: ReactNode;
}

/** A titled part of the detail panel. */
export function Card({ title, aside, children }: CardProps) {
  const id = useId();
  return (
    <section className={css.card} aria-labelledby={id}>
      <div className={css.head}>
        <h3 id={id}>{title}</h3>
        {aside && <span className="dim">{aside}</span>}
      </div>
      {children}
    </section>
  );
}
